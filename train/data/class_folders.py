"""The folders of a data set: which are classes, and what else lies beside the pictures."""

import sys
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_folders import Listing, is_hidden, is_picture
from emotion_edge.imaging.picture_formats import IMAGE_SUFFIXES
from train.wording import amount

# What other programs call the splits, in small letters without punctuation.
_NAMES_OF_SPLITS = {
    "train": {"train", "training", "trainset", "trainingset", "trn"},
    "validation": {
        *("validation", "valid", "val", "dev", "eval", "evaluation", "validationset"),
        "publictest",  # FER2013's
    },
    "test": {"test", "tests", "testing", "testset", "tst", "holdout", "privatetest"},
}
# What this program writes into a data set.
_OWN_FILES = {"crop.json", "leaks.csv", "prepared.csv", "unsure.txt", "votes.csv"}
_OWN_FILES |= {"frames", "samples.json", "samples.png"}
_NAMED = 3  # examples of each kind that a message names


def class_folders(split: Path) -> dict[str, list[Path]]:
    """Return the folders of each class in a split's folder, by name, sorted.

    Names are in Unicode's form NFC: two folders whose names look alike are one class. Raises
    UserError if there is no such split.
    """
    if not split.is_dir():
        raise UserError(f"{split}: no such folder; {_advice(split)}")
    found: dict[str, list[Path]] = {}
    for folder in visible_folders(split):
        found.setdefault(unicodedata.normalize("NFC", folder.name), []).append(folder)
    return dict(sorted(found.items()))


def visible_folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted, without those that other programs keep there."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not is_hidden(p.name))


def _advice(split: Path) -> str:
    """Return where the pictures of a missing split may be, and what to do."""
    folders = visible_folders(split.parent) if split.parent.is_dir() else []
    for folder in folders:
        if split_called(folder.name) == split.name:
            return f"rename {folder} to {split.name}"
    for folder in folders:
        if (folder / split.name).is_dir():
            return f"{folder / split.name} is one level too deep: use --data {folder}"
    advice = f"put pictures into {split}/<class>/ (emotion-edge collect --split {split.name})"
    names = _listed(folder.name for folder in folders if folder.name not in _NAMES_OF_SPLITS)
    prepare = "python -m train.prepare --photos divides photographs"
    return f"{advice}; {split.parent} has {names}: {prepare}" if names else advice


def split_called(name: str) -> str:
    """Return the split that a folder's name stands for, such as "valid", or ""."""
    letters = "".join(filter(str.isalnum, name.casefold()))
    return next((split for split, names in _NAMES_OF_SPLITS.items() if letters in names), "")


def too_deep(split: Path, present: Collection[str]) -> str:
    """Return a hint if the only class folder of a split has the classes within it, else ""."""
    for name, folders in class_folders(split).items():
        inner = [inside for folder in folders for inside in visible_folders(folder)]
        if name in present and len(inner) > 1:
            names = _listed(folder.name for folder in inner)
            return f"; {names} in {folders[0]} are one level too deep: move them up"
    return ""


def like_a_class(name: str, labels: Collection[str]) -> str:
    """Return a hint if a folder's name differs from a class only in capital letters, else ""."""
    same = [label for label in labels if label.casefold() == name.casefold()]
    return f", but {same[0]}: rename the folder" if same else ""


def refuse_alike(split: Path, labels: Iterable[str]) -> None:
    """Raise UserError if the names of two classes differ only in capital letters."""
    known: dict[str, str] = {}
    for label in labels:
        other = known.setdefault(label.casefold(), label)
        if other != label:
            raise UserError(
                f"{split}: the classes {other!r} and {label!r} differ only in capital letters: "
                "rename the folders, or move the pictures into one"
            )


def report_unused(data: Path) -> None:
    """Name on stderr what lies in a data set's folder beside the splits."""
    unused = sorted(p for p in data.iterdir() if p.name not in {*_NAMES_OF_SPLITS, *_OWN_FILES})
    folders = [path for path in unused if path.is_dir()]
    for folder in folders:
        if split := split_called(folder.name):
            print(f"{folder}: not used; is it {split}/? Then rename it", file=sys.stderr)
    skipped = [folder for folder in folders if not split_called(folder.name)]
    _say(data, Listing(*_loose(unused), skipped))


def report_left_out(split: Path, listings: dict[str, list[Listing]]) -> None:
    """Name on stderr everything in a split that is not used.

    listings: of the folders of each class. Also says if a class has a folder of another's name.
    """
    top = sorted(split.iterdir())
    pictures, others = _loose(top)
    hidden = [path for path in top if path.is_dir() and is_hidden(path.name)]
    inside = [listing for each in listings.values() for listing in each]
    others += [path for each in inside for path in each.others]
    _say(split, Listing(pictures, others, hidden + [p for each in inside for p in each.skipped]))
    for label, each in listings.items():
        _report_other_classes(split, label, each, listings)
    _report_depth(split, listings)


def report_beside_parts(data: Path, parts: Collection[Path]) -> None:
    """Name on stderr what lies in a data set's folder beside its parts."""
    unused = sorted(path for path in data.iterdir() if path not in parts)
    _say(data, Listing(*_loose(unused), [path for path in unused if path.is_dir()]))


def _loose(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return which of a folder's own files are pictures, and the others."""
    files = [path for path in paths if not path.is_dir()]
    pictures = list(filter(is_picture, files))
    return pictures, [path for path in files if path not in pictures]


def _report_other_classes(
    split: Path, label: str, listings: list[Listing], labels: Collection[str]
) -> None:
    parents = {path.parent for listing in listings for path in listing.pictures}
    for folder in sorted(parents):
        inner = {unicodedata.normalize("NFC", p) for p in folder.relative_to(split).parts[1:]}
        if others := inner & set(labels) - {label}:
            print(
                f"{folder}: its pictures are taken for {label!r}, not for {min(others)!r}",
                file=sys.stderr,
            )


def _report_depth(split: Path, listings: dict[str, list[Listing]]) -> None:
    """Say if all pictures are in folders within the class folders, which may be the classes."""
    paths = [path for each in listings.values() for listing in each for path in listing.pictures]
    insides = [path.relative_to(split).parts[1:-1] for path in paths]
    names = sorted({inside[0] for inside in insides if inside})
    if len(names) > 1 and all(insides):
        print(
            f"{split}: all its pictures are in folders within others: {_listed(names)}. If these "
            f"are the classes, not {_listed(listings)}, they are one level too deep: move them up",
            file=sys.stderr,
        )


def _say(folder: Path, left_out: Listing) -> None:
    """Name what is left out; `left_out.pictures` are those that lie in no class folder."""
    pictures, others, skipped = left_out
    if pictures:
        count = amount(len(pictures), "picture")
        names = _listed(path.name for path in pictures)
        print(f"{folder}: left out {count} in no class folder: {names}", file=sys.stderr)
    if others:
        kinds = describe_files(folder, others)
        count = amount(len(others), "file is no picture", "files are no pictures")
        print(f"{folder}: {count}: {kinds}", file=sys.stderr)
    if skipped:
        skipped = sorted(skipped, key=lambda path: is_hidden(path.name))  # the expected ones last
        names = _listed(str(path.relative_to(folder)) for path in skipped)
        print(f"{folder}: {amount(len(skipped), 'folder')} left out: {names}", file=sys.stderr)


def describe_files(folder: Path, files: Iterable[Path]) -> str:
    """Return the number of files of each kind, with examples: "2 .mov (a.mov, b.mov)".

    Those that are no pictures, although their names say so, come first.
    """
    kinds: dict[str, list[str]] = {}
    for path in files:
        kind = "hidden" if path.name.startswith(".") else path.suffix.lower() or "without suffix"
        kinds.setdefault(kind, []).append(str(path.relative_to(folder)))
    by_number = sorted(
        kinds.items(), key=lambda item: (item[0] not in IMAGE_SUFFIXES, -len(item[1]))
    )
    shown = [f"{len(names)} {kind} ({_listed(names)})" for kind, names in by_number[:5]]
    rest = sum(len(names) for _, names in by_number[5:])
    return ", ".join([*shown, f"{rest} of other kinds"] if rest else shown)


def _listed(names: Iterable[str]) -> str:
    """Return the first names, printable, and how many more there are."""
    shown = [ascii(name)[1:-1] if not name.isprintable() else name for name in names]
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return ", ".join(shown[:_NAMED]) + more
