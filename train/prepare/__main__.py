"""Make a data set for training, from your own photographs or from FER2013.

  python -m train.prepare --photos ~/photos             writes data/train/<class>/, ...
  python -m train.prepare --photos ~/photos --split 80/20/0 --to faces
  python -m train.prepare --fer2013 fer2013.csv --ferplus fer2013new.csv --to fer
  python -m train.prepare --npz ferplus.npz --to fer    the same data in one file
  python -m train.prepare --check --to data             only look for near-duplicates

Photographs are in folders that name the class, such as ~/photos/happy/IMG_0001.jpg. The face in
each is found and cropped as `emotion-edge run` does it, and written as PNG. Photographs without a
face, or with several faces of similar size, are left out. All pictures of a person go into the same
split, if the path names the person: ~/photos/happy/anna/IMG_0001.jpg or ~/photos/happy/anna-01.jpg.
The first line of the output lists the people. Rename files that it takes for a person by mistake.
Photographs in ~/photos/train/<class>/, ~/photos/validation/<class>/, ... keep their splits.

FER2013's pictures keep their splits, and are cropped again by the same rule. With --ferplus, the
label is the most frequent vote of FER+'s ten people. Pictures are left out if the vote is a tie, or
for none of the seven labels. TO/votes.csv lists all votes, for training with --soft-labels.

TO/unsure.txt lists labels that are often wrong in these pictures (--unsure). No model is tested on
such pictures, and only a network with teachers learns from them, mostly what those say.

TO/prepared.csv lists the outcome for each picture, and TO/crop.json how faces are cropped. Existing
files are not overwritten: a second run continues where the first one ended, and adds new pictures.
Near-duplicates of pictures in other splits are listed in TO/leaks.csv at the end.
Exit codes: 0 done, 1 failure at run time (some pictures unreadable), 2 bad input or options.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from emotion_edge.cli.argument_types import describe, face_side, seed
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.data.balance import describe_imbalance
from train.data.soft_labels import write_unsure
from train.prepare.fer2013 import make_detector, prepare_fer
from train.prepare.fer2013_csv import read_csv
from train.prepare.fer2013_npz import read_npz
from train.prepare.group_split import SPLITS, parse_split
from train.prepare.manifest import MANIFEST_FILE, WRITTEN, Manifest
from train.prepare.near_duplicates import check_for_leaks
from train.prepare.photo_files import find_splits
from train.prepare.photos import UNREADABLE, prepare_photos
from train.wording import amount


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.prepare", lambda: _check(args.to) if args.check else _prepare(args))


def _prepare(args: argparse.Namespace) -> int:
    if args.ferplus and not args.fer2013:
        raise UserError("--ferplus has only the votes: add --fer2013 fer2013.csv for the pictures")
    manifest = Manifest(args.to, DEFAULT_CROP_RULE)
    from_fer = args.fer2013 or args.npz
    outcomes = _from_fer(args, manifest) if from_fer else _from_photos(args, manifest)
    print(summarise(outcomes, manifest))
    unreadable, total = outcomes[UNREADABLE], outcomes.total()
    if not outcomes[WRITTEN]:
        advice = "; if the faces fill the pictures, train on them as they are"
        raise UserError(f"none of {total} pictures could be used{advice if args.photos else ''}")
    if warning := describe_imbalance(_count_by_class(args.to)):
        print(f"{args.to}: {warning}", file=sys.stderr)
    if args.unsure:
        _write_unsure(args.to, args.unsure)
    check_for_leaks(args.to)
    if unreadable:
        raise RunError(f"{unreadable} of {total} pictures could not be read")
    _refuse_empty_split(args)
    return 0


def _write_unsure(data: Path, labels: list[str]) -> None:
    if unknown := sorted(set(labels) - set(_count_by_class(data))):
        raise UserError(f"--unsure {' '.join(unknown)}: {data} has no pictures of this class")
    write_unsure(data, sorted(set(labels)))


def _count_by_class(data: Path) -> Counter[str]:
    return Counter(
        path.relative_to(data / split).parts[0]
        for split in SPLITS
        for path in find_images(data / split)
    )


def _refuse_empty_split(args: argparse.Namespace) -> None:
    """Raise UserError if a split has no pictures that the arguments, or training, ask for."""
    filled = [split for split in SPLITS if find_images(args.to / split)]
    wanted = [split for split, share in zip(SPLITS, args.split, strict=True) if share]
    given = [split for split in find_splits(args.photos) if split] if args.photos else []
    if given or not args.photos:  # the pictures keep their splits
        wanted = given or (["validation"] if "train" in filled else [])
    if empty := [split for split in wanted if split not in filled]:
        advice = "add photographs and run it again, or choose other shares with --split"
        if given:
            advice = "put other photographs than the other splits have into its folder"
        raise UserError(
            f"{' and '.join(str(args.to / split) for split in empty)}: no pictures; "
            f"{advice if args.photos else 'use a file that has all of FER2013'}"
        )


def _from_fer(args: argparse.Namespace, manifest: Manifest) -> Counter[str]:
    detector = make_detector()
    read = read_npz(args.npz) if args.npz else read_csv(args.fer2013, args.ferplus)
    return prepare_fer(*read, manifest, detector)


def _from_photos(args: argparse.Namespace, manifest: Manifest) -> Counter[str]:
    photos, to = args.photos.resolve(), args.to.resolve()
    if photos.is_relative_to(to) or to.is_relative_to(photos):
        raise UserError(f"--photos {args.photos} and --to {args.to}: one is within the other")
    return prepare_photos(
        args.photos,
        manifest,
        min_face=args.min_face,
        percentages=args.split,
        seed=args.seed,
    )


def summarise(outcomes: Counter[str], manifest: Manifest) -> str:
    """Return lines with the outcomes, and with the number of pictures by split and class."""
    data = manifest.data
    by_outcome = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common())
    lines = [f"{amount(outcomes.total(), 'picture')}: {by_outcome} (see {data / MANIFEST_FILE})"]
    written = [row.picture for row in manifest.rows.values() if row.picture]
    if gone := sum(not (data / picture).exists() for picture in written):
        lines.append(
            f"{gone} that were written are gone and stay so; remove their rows from "
            f"{MANIFEST_FILE} to write them again"
        )
    labels = sorted({path.name for split in SPLITS for path in (data / split).glob("*")})
    for split in SPLITS:
        numbers = {name: len(find_images(data / split / name)) for name in labels}
        by_class = ", ".join(f"{number or 'no'} {name}" for name, number in numbers.items())
        lines.append(f"{split}: {by_class if any(numbers.values()) else 'no pictures'}")
    return "\n".join(lines)


def _check(to: Path) -> int:
    if not any((to / split).is_dir() for split in SPLITS[1:]):
        raise UserError(f"--to {to}: no validation/ and no test/ in it to compare with train/")
    check_for_leaks(to)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train.prepare"), str(__doc__))
    _add_sources(parser)
    add = parser.add_argument
    add("--ferplus", type=Path, metavar="CSV", help="fer2013new.csv, FER+'s votes for --fer2013")
    add(
        "--to",
        type=Path,
        default=Path("data"),
        metavar="DIR",
        help="folder of the data set (default: %(default)s)",
    )
    add(
        "--split",
        type=parse_split,
        default=parse_split("70/15/15"),
        metavar="A/B/C",
        help="per cent of the photographs for train, validation and test (default: 70/15/15)",
    )
    add("--unsure", nargs="+", metavar="CLASS", help="classes whose labels are often wrong")
    add("--seed", type=seed, default=0, help="seed of the random split (default: %(default)s)")
    add(
        "--min-face",
        type=face_side,
        metavar="PIXELS",
        help="smallest side of a face (default: a sixteenth of the photograph's longer side)",
    )
    return parser


def _add_sources(parser: argparse.ArgumentParser) -> None:
    add = parser.add_mutually_exclusive_group(required=True).add_argument
    add("--photos", type=Path, metavar="DIR", help="photographs in DIR/<class>/")
    add("--fer2013", type=Path, metavar="CSV", help="fer2013.csv")
    add("--npz", type=Path, metavar="FILE", help="FER2013 and FER+ in one .npz")
    add("--check", action="store_true", help="only look for near-duplicates in --to")


if __name__ == "__main__":
    sys.exit(main())
