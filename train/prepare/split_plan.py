"""Decide which split each person's photographs go into, and say who was taken for a person."""

import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from train.prepare.group_split import SPLITS, assign_splits
from train.prepare.manifest import Manifest
from train.prepare.person_names import subject_of
from train.prepare.photo_files import Photo
from train.wording import amount

_NAMED = 5  # people that a message lists
_MIN_WARNED = 20  # photographs; of fewer, one person may well have most
_ADVICE = "If that is no person's name, rename the files; else add photographs of other people"


def describe_people(photos: list[Photo]) -> str:
    """Return a line on the people whom the photographs' paths name, with the most frequent."""
    labels = {photo.label for photo in photos}
    people = Counter(photo.subject for photo in photos if photo.subject)
    folders = (photo.inside.with_name("x") for photo in photos)
    by_folder = sum(subject_of(folder, labels) != "" for folder in folders)
    named = people.total()
    line = (
        f"{amount(len(photos), 'photograph')}: "
        f"{amount(by_folder, 'is', 'are')} in a person's folder, "
        f"{amount(named - by_folder, 'has', 'have')} a person's name, "
        f"{amount(len(photos) - named, 'names', 'name')} nobody; "
        f"{amount(len(people), 'person', 'people')} named"
    )
    return f"{line} ({_most_frequent(people)})" if people else line


def _most_frequent(people: Counter[str]) -> str:
    listed = ", ".join(f"{name} {number}" for name, number in people.most_common(_NAMED))
    return f"{listed}, ..." if len(people) > _NAMED else listed


def plan_splits(
    photos: list[Photo], manifest: Manifest, percentages: tuple[int, int, int], seed: int
) -> dict[str, str]:
    """Return the split of each photograph's group: a person, or a photograph that names nobody.

    People with pictures from earlier runs stay in their split, whatever photographs they share.
    A new person who shares a photograph joins the other person's split, or the first of several;
    new people who share one are in one split. Raises UserError if there are too few people to fill
    each wanted split. Warns if one person has most photographs of a class or of all, or if a wanted
    split gets none of a class.
    """
    written = {row.key: row for row in manifest.rows.values() if row.picture}
    groups = [(row.subject or row.key, row.key) for row in written.values()]
    present = [(row.picture.split("/")[0], row.picture.split("/")[1]) for row in written.values()]
    own = {group: split for (group, _), (split, _) in zip(groups, present, strict=True)}
    joined = _join_groups([*groups, *((photo.group, photo.key) for photo in photos)], own)
    new = {photo.key: photo for photo in photos if photo.key and photo.key not in written}
    pairs = [(joined[photo.group], photo.label) for photo in new.values()]
    present += [pair for pair in pairs if pair[0] in SPLITS]
    strangers = [pair for pair in pairs if pair[0] not in SPLITS]
    splits = _split_strangers(strangers, present, percentages, seed)
    splits |= {split: split for split in SPLITS}
    filled = {*present, *((splits[group], label) for group, label in strangers)}
    wanted = [split for split, share in zip(SPLITS, percentages, strict=True) if share]
    _check_people(photos, {split for split, _ in filled}, wanted)
    _warn_of_classes(photos, filled, wanted)
    return {photo.group: splits.get(joined[photo.group], "") for photo in photos}


def _join_groups(groups: Sequence[tuple[str, str]], own: Mapping[str, str]) -> dict[str, str]:
    """Return the split of each group that has one; for the others, one name if they share pictures.

    groups: (group, digest of a photograph, "" if it is unreadable). own: the splits of groups with
    pictures from earlier runs, which never change.
    """
    joined = {group: own.get(group, group) for group, _ in groups} | {name: name for name in SPLITS}

    def find(group: str) -> str:
        while joined[group] != group:
            group = joined[group]
        return group

    first: dict[str, str] = {}
    for group, key in groups:
        if not key:
            continue
        one, other = find(group), find(first.setdefault(key, group))
        if one in SPLITS:
            one, other = other, one
        if one not in SPLITS:
            joined[one] = other
    return {group: find(group) for group in joined}


def _split_strangers(
    strangers: list[tuple[str, str]],
    present: list[tuple[str, str]],
    percentages: tuple[int, int, int],
    seed: int,
) -> dict[str, str]:
    """Return the split of each new group. strangers: (group, label); present: (split, label)."""
    names = sorted({group for group, _ in strangers})
    labels = sorted({label for _, label in (*present, *strangers)})
    groups, existing = (
        _count_pairs(pairs, rows, labels) for pairs, rows in ((strangers, names), (present, SPLITS))
    )
    places = assign_splits(groups, existing, percentages, seed)
    return {name: SPLITS[i] for name, i in zip(names, places, strict=True)}


def _check_people(photos: list[Photo], filled: Collection[str], wanted: Sequence[str]) -> None:
    """Raise UserError if people leave a wanted split empty; warn if one has most photographs."""
    people = Counter(photo.subject for photo in photos if photo.subject)
    empty = [split for split in wanted if split not in filled]
    if empty and max(people.values(), default=0) > 1 and len(photos) >= len(wanted):
        raise UserError(
            f"{' and '.join(empty)} would be empty: the photographs' paths name too few people "
            f"({_most_frequent(people)} photographs), and all pictures of a person go into the "
            f"same split. {_ADVICE}, or choose other shares with --split"
        )
    if person := _person_with_most(photos):
        print(
            f"{person!r} is taken for a person with {people[person]} of {len(photos)} photographs, "
            f"which all go into the same split. {_ADVICE}",
            file=sys.stderr,
        )


def _person_with_most(photos: list[Photo]) -> str:
    """Return the person who has more than half of many photographs, or ""."""
    people = Counter(photo.subject for photo in photos if photo.subject)
    person, number = max(people.items(), key=lambda item: item[1], default=("", 0))
    return person if 2 * number > len(photos) >= _MIN_WARNED else ""


def _warn_of_classes(
    photos: list[Photo], filled: Collection[tuple[str, str]], wanted: Sequence[str]
) -> None:
    """Warn of each class that one person has most of, or that a wanted split gets none of.

    filled: (split, label) with photographs.
    """
    of_class: dict[str, list[Photo]] = {}
    for photo in photos:
        of_class.setdefault(photo.label, []).append(photo)
    for label, of_label in of_class.items():
        missing = [split for split in wanted if (split, label) not in filled]
        is_missing = missing and len({photo.key for photo in of_label}) >= len(wanted)
        person = _person_with_most(of_label)
        if is_missing or (person and person != _person_with_most(photos)):
            _warn_of_class(label, of_label, missing)


def _warn_of_class(label: str, photos: list[Photo], missing: list[str]) -> None:
    people = Counter(photo.subject for photo in photos if photo.subject).most_common(1)
    effect = f"; none of this class are left for {' and '.join(missing)}" if missing else ""
    for person, number in people:
        print(
            f"class {label!r}: {person!r} is taken for a person with {number} of "
            f"{amount(len(photos), 'photograph')}, which all go into the same split{effect}. "
            f"{_ADVICE} with this expression",
            file=sys.stderr,
        )


def _count_pairs(
    pairs: Sequence[tuple[str, ...]], rows: Sequence[str], columns: list[str]
) -> npt.NDArray[np.float64]:
    """Return how often each (row, column) occurs, (rows, columns)."""
    counts = np.zeros((len(rows), len(columns)))
    row_of, column_of = ({name: i for i, name in enumerate(names)} for names in (rows, columns))
    for row, column in pairs:
        counts[row_of[row], column_of[column]] += 1
    return counts
