"""`bench.teach`: who is taught, who is asked, and what is said of it."""

import re

import numpy as np
import pytest
from PIL import Image

from bench import teach as program
from bench._teaching import commands, drawn, photographs
from bench._teaching.people import (
    PersonPicture,
    drawn_pictures,
    prepared_people,
    read_people,
)
from bench._teaching.trials import Answers, over_draws, over_people, pick
from emotion_edge.errors import UserError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.regions import Region
from emotion_edge.model.classifier import Classifier
from emotion_edge.teaching.face_reader import FaceReader

LABELS = (*drawn.SEVEN, *drawn.NEW)


@pytest.fixture(scope="module")
def reader():
    """A reader of faces for the shipped model."""
    return FaceReader(Classifier(), FaceDetector)


def test_faces_keep_their_person_and_label_even_if_a_picture_has_none(tmp_path, reader):
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(tmp_path / "dark.png")
    with drawn_pictures(range(2), ("happy", "wink"), 1) as pictures:
        dark = PersonPicture("9", "happy", tmp_path / "dark.png")
        people = read_people(reader, [dark, *pictures], LABELS)
    assert not pictures[0].path.exists()
    assert people.persons.tolist() == ["0", "0", "1", "1"]
    assert [LABELS[k] for k in people.faces.targets] == ["happy", "wink"] * 2
    assert people.names() == ["0", "1"]
    assert people.rows(["1"], LABELS).tolist() == [2, 3]
    assert people.rows(["0", "1"], ["wink"]).tolist() == [1, 3]
    assert people.only(np.array([2])).persons.tolist() == ["1"]
    assert len(set(people.faces.bursts.tolist())) == 4


def test_each_label_gives_as_many_faces_at_random(reader):
    with drawn_pictures(range(1), ("happy", "sad"), 4) as pictures:
        people = read_people(reader, pictures, LABELS)
    rows = people.rows(["0"], LABELS)
    taught = pick(people, rows, 3, np.random.default_rng(0))
    assert len(set(taught.tolist())) == 6
    assert set(people.faces.counts()[people.faces.counts() > 0].tolist()) == {4}
    assert set(people.faces.only(taught).counts().tolist()) == {0, 3}
    others = [pick(people, rows, 3, np.random.default_rng(k)).tolist() for k in range(9)]
    assert len({tuple(sorted(each)) for each in others}) > 1


def test_shares_of_answers():
    answers = Answers(*map(np.array, ([0, 0, 1, 2, 2], [0, 1, 1, 0, 0], [0, 0, 2, 2, 1])))
    assert answers.right() == pytest.approx((0.4, 0.6))
    assert answers.found([2]) == pytest.approx((0.5, 0.5))
    assert answers.found([1, 2]) == pytest.approx((1 / 3, 1 / 3))
    assert np.isnan(answers.found([5])).all()


def test_intervals_hold_the_mean_of_what_was_drawn_as_often_as_they_say():
    rng, held = np.random.default_rng(0), []
    for _ in range(300):
        values = rng.normal(0.3, 0.1, 12)
        mean, half = over_draws(values)
        low, high = over_people(values)[1:]
        held.append([abs(mean - 0.3) < half, low < 0.3 < high])
    shares = np.mean(held, axis=0)
    assert shares[0] == pytest.approx(0.95, abs=0.035)
    assert shares[1] == pytest.approx(0.92, abs=0.05)  # a bootstrap of twelve is a little narrow


def save_faces(data, person, label, count):
    """Write prepared pictures as `train.prepare` names them."""
    for number in range(count):
        path = data / ("validation" if number % 4 == 0 else "train") / label
        path.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 255, (60, 60, 3), dtype=np.uint8)
        save_face(path / f"{person}-{number:03}-0a.png", pixels, Region(30, 30, 44, 44))


def test_people_with_enough_pictures_in_two_classes_are_found(tmp_path, reader, monkeypatch):
    for person, happy, neutral in (("ann", 4, 4), ("bob", 9, 3), ("cy", 5, 6)):
        save_faces(tmp_path, person, "happy", happy)
        save_faces(tmp_path, person, "neutral", neutral)
    pictures, names = prepared_people(tmp_path, 4)
    assert (len(pictures), names) == (31, ["ann", "cy"])
    with pytest.raises(UserError, match="nobody has 7 pictures in two classes; name a folder"):
        prepared_people(tmp_path, 7)
    monkeypatch.setattr(photographs, "LEAST", 4)
    people, strangers = photographs.read_photographed(reader, tmp_path)
    assert people.names() == ["ann", "cy"]
    assert len(strangers) == 4  # bob's of the validation part
    rows = [*photographs.people_table(people, strangers, reader.classifier.contract)]
    assert [line.split()[:2] for line in rows[2:]] == [["2", "2"]]  # not enough for 5


def test_the_program_teaches_and_asks(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench.teach"])
    for module, name, value in (
        (program, "PEOPLE", 7), (program, "OWN_PEOPLE", 2), (program, "TAKES", 8),
        (drawn, "DRAWS", {4: 2, 50: 2}), (drawn, "COUNTS", (5,)),
        (commands, "COUNTS", (5,)), (commands, "ASKED", 2), (commands, "OWN_COUNT", 5),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    program.main()
    printed = capsys.readouterr().out
    (others,) = re.findall(r"^ +4 +2 +([\d.]+)% +([\d.]+)% ± [\d.]+$", printed, re.M)
    assert float(others[1]) > float(others[0]) + 20
    assert not re.search(r"^ +50 ", printed, re.M)  # there are not as many people
    own = re.findall(r"^one, 5 faces.* 27 +([\d.]+)% +([\d.]+)% .* (\d\d),\d{3}$", printed, re.M)
    assert float(own[0][1]) > float(own[0][0]) + 30
    (new,) = re.findall(r"^the seven and new +5 +[\d.]+% +[\d.]+% +([\d.]+)%", printed, re.M)
    assert float(new) > 70
