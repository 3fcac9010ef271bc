"""Measure what a few faces teach a model: drawn people, and photographed ones.

  python -m bench.teach [--people DIR] [--photographs DIR] [--model MODEL.tflite]

--people: a folder that `python -m train.prepare photos` has written, with the person's name at the
beginning of each picture's. People who have pictures enough are taught one by one; most of them are
in its part train/, so the model may have been trained on them, as the shipped one was on Labeled
Faces in the Wild. The others who are asked about are of validation/. --photographs: photographs in
class folders. The shipped model was not trained on drawn people.

untaught, taught   share of faces named right by the model as it is, and with what was taught, by
                   the way of `emotion-edge teach`: where nothing is gained, nothing changes
±                  half the 95 % interval of the mean, by Student's t over random draws
photographs        change in points on photographs of people who were not taught, from --people
points             change with its 95 % interval, by a bootstrap over people
changed            share of lessons that changed the model
new found, right   share of the winks and tongues that are found, and of what is called so
p                  probability of such a gain by chance
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench._teaching.commands import command_table
from bench._teaching.drawn import DRAWS, NEW, SEVEN, others_table, own_table
from bench._teaching.people import PersonPicture, drawn_pictures, read_people
from bench._teaching.photographs import folders_table, people_table, read_photographed
from bench._util import make_parser, run_program
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.faces import TaughtFaces

PEOPLE = max(DRAWS) + 50
TAKES, OWN_PEOPLE = 28, 5
LABELS = (*SEVEN, *NEW)


def main() -> None:
    """Run the command line."""
    parser = make_parser("teach", __doc__)
    parser.add_argument("--people", type=Path, metavar="DIR", help="prepared photographs")
    parser.add_argument("--photographs", type=Path, metavar="DIR", help="class folders")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the shipped one by default")
    args = parser.parse_args()
    reader = FaceReader(Classifier(args.model), FaceDetector)
    strangers = None
    if args.people:
        people, strangers = read_photographed(reader, args.people)
        show(people_table(people, strangers, reader.classifier.contract))
    if args.photographs:
        show(folders_table(reader, args.photographs))
    # One person's pictures are of other people than those who are taught together.
    with (
        drawn_pictures(range(PEOPLE), SEVEN, 1) as others,
        drawn_pictures(range(PEOPLE, PEOPLE + OWN_PEOPLE), LABELS, TAKES) as own,
    ):
        measure_drawn(reader, others, own, strangers)


def measure_drawn(
    reader: FaceReader,
    others: Sequence[PersonPicture],
    own: Sequence[PersonPicture],
    strangers: TaughtFaces | None,
) -> None:
    """Print the tables of drawn people. own: several pictures of each person and label."""
    model = reader.classifier.contract
    people = read_people(reader, others, LABELS)
    show(others_table(people, strangers, model))
    first = [each for each in own if each.person == own[0].person]
    show(command_table(others, first, people, reader.classifier.model))
    show(own_table(read_people(reader, own, LABELS), strangers, model))


def show(lines: Iterator[str]) -> None:
    """Print a table line by line, and an empty line."""
    for line in lines:
        print(line, flush=True)
    print(flush=True)


if __name__ == "__main__":
    run_program("teach", main)
