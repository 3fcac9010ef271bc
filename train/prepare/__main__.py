"""Make a data set of people's own photographs, or of FER2013.

  python -m train.prepare --photos ~/photos             data/train/<class>/, data/validation/, ...
  python -m train.prepare --photos ~/photos --split 80/20/0 --to faces
  python -m train.prepare --fer2013 fer2013.csv --ferplus fer2013new.csv --to fer
  python -m train.prepare --npz ferplus.npz --to fer   the same in one file
  python -m train.prepare --check --to data             only the leak check

Photographs are whole ones, in folders that name the class: ~/photos/happy/IMG_0001.jpg. The one
face in each is found and cut out as `emotion-edge run` does it, and written as PNG. Photographs
with no face or several of about one size are left out. A person's pictures all go into one split,
where the name tells who it is: ~/photos/happy/anna/IMG_0001.jpg or ~/photos/happy/anna-01.jpg.

FER2013's pictures have their splits, and are cut anew like all others. With --ferplus the label is
what more of FER+'s ten people said than anything else; pictures without one of the seven labels are
left out. The votes go into TO/votes.csv, for training with --soft-labels.

TO/prepared.csv says what became of each picture, TO/crop.json how faces are cut. Nothing that is
there is overwritten: a second run goes on where the first one ended, and takes what is new. At the
end near-duplicates across the splits are looked for, and listed in TO/leaks.csv.
Exit codes: 0 done, 1 failure at run time (some pictures unreadable), 2 bad input or options.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from emotion_edge.cli.argument_types import describe, face_side, seed
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.prepare import fer2013 as fer
from train.prepare import near_duplicates as leaks
from train.prepare.group_split import SPLITS, shares
from train.prepare.manifest import LEDGER, WRITTEN, Ledger
from train.prepare.photos import UNREADABLE, prepare_photos


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    return exit_code("train.prepare", lambda: _check(args.to) if args.check else _prepare(args))


def _prepare(args: argparse.Namespace) -> int:
    if args.ferplus and not args.fer2013:
        raise UserError("--ferplus only has the votes: add --fer2013 fer2013.csv, the pictures")
    ledger = Ledger(args.to, DEFAULT_CROP_RULE)
    if args.fer2013 or args.npz:
        finder = fer.make_finder(args.face_model)
        read = fer.read_npz(args.npz) if args.npz else fer.read_csv(args.fer2013, args.ferplus)
        outcomes = fer.prepare_fer(*read, ledger, finder)
    else:
        outcomes = _from_photos(args, ledger)
    print(summarise(outcomes, ledger))
    unreadable, total = outcomes[UNREADABLE], outcomes.total()
    if not outcomes[WRITTEN]:
        raise UserError(f"none of {total} pictures could be used")
    leaks.check(args.to)
    if unreadable:
        raise RunError(f"{unreadable} of {total} pictures could not be read")
    return 0


def _from_photos(args: argparse.Namespace, ledger: Ledger) -> Counter[str]:
    photos, to = args.photos.resolve(), args.to.resolve()
    if photos.is_relative_to(to) or to.is_relative_to(photos):
        raise UserError(f"--photos {args.photos} and --to {args.to}: one is within the other")
    finder = FaceDetector(args.face_model, min_face=args.min_face)
    return prepare_photos(args.photos, ledger, finder, shares=args.split, seed=args.seed)


def summarise(outcomes: Counter[str], ledger: Ledger) -> str:
    """Say what became of the pictures, and how many of each class are in each split."""
    told = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common())
    lines = [f"{outcomes.total()} pictures: {told} (see {ledger.data / LEDGER})"]
    if gone := sum(
        not (ledger.data / row.picture).exists() for row in ledger.rows.values() if row.picture
    ):
        lines.append(
            f"{gone} that were written are gone and stay so; take their lines out of {LEDGER} to "
            "get them back"
        )
    labels = sorted({path.name for split in SPLITS for path in (ledger.data / split).glob("*")})
    for split in SPLITS:
        numbers = {name: len(find_images(ledger.data / split / name)) for name in labels}
        told = ", ".join(f"{number or 'no'} {name}" for name, number in numbers.items())
        lines.append(f"{split}: {told if any(numbers.values()) else 'no pictures'}")
    return "\n".join(lines)


def _check(to: Path) -> int:
    """Look for near-duplicates across the splits."""
    if not any((to / split).is_dir() for split in SPLITS[1:]):
        raise UserError(f"--to {to}: no validation/ and no test/ in it to compare with train/")
    leaks.check(to)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="python -m train.prepare"), str(__doc__))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--photos", type=Path, metavar="DIR", help="whole photographs, DIR/<class>/")
    what.add_argument("--fer2013", type=Path, metavar="CSV", help="fer2013.csv")
    what.add_argument("--npz", type=Path, metavar="FILE", help="FER2013 and FER+ in one .npz")
    what.add_argument("--check", action="store_true", help="only look for near-duplicates in --to")
    add = parser.add_argument
    add("--ferplus", type=Path, metavar="CSV", help="fer2013new.csv, FER+'s votes for --fer2013")
    add("--to", type=Path, default=Path("data"), metavar="DIR", help="(default: %(default)s)")
    add(
        "--split",
        type=shares,
        default=shares("70/15/15"),
        metavar="A/B/C",
        help="per cent of the photographs for train, validation and test (default: 70/15/15)",
    )
    add("--seed", type=seed, default=0, help="another seed, another split (default: %(default)s)")
    add("--face-model", type=Path, metavar="FILE", help="the face finder's network")
    add(
        "--min-face",
        type=face_side,
        metavar="PIXELS",
        help="least side of a face (default: a sixteenth of the photograph's longer side)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
