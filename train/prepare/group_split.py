"""Split pictures into train, validation and test: each person in one split, each class in all."""

import argparse
import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from train.prepare.name_words import DESCRIPTIONS, EXPRESSIONS, NO_NAMES, PEOPLE

SPLITS = ("train", "validation", "test")
# Names of data sets that have the person in another place than the general rule expects.
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_KNOWN_NAMES = (
    # KDEF: session A or B, person, expression, angle. AF01HAS and BF01SAFL are the same person.
    rf"{_START}[ab]([fm]\d\d)(?:(?:af|an|di|ha|ne|sa|su)(?:s|[hf][lr]))?{_END}",
    rf"{_START}rafd\d+_(\d+)_",  # RaFD: Rafd090_01_Caucasian_female_angry_frontal
    rf"{_START}cfd-([a-z]{{2}}-\d{{3}})-",  # Chicago Face Database: CFD-WF-001-014-HO
    rf"{_START}(?:\d\d-){{6}}(\d\d){_END}",  # RAVDESS: 01-01-03-01-02-01-12
)
_DATES_AND_RANDOM_NAMES = (
    r"(?<!\d)(?:19|20)\d\d([-._ ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
    r"|(?<!\d)[0-3]?\d([-._ ])[01]?\d\2(?:19|20)\d\d(?!\d)"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|img_e\d{4}"  # a picture that an iPhone edited
)
# Codes of people, such as s005 or n000001. In a file's name, longer ones are a camera's numbers:
# P1000123, GX010012, WA0001.
_FOLDER_CODE = r"[^\W\d_]{1,2}\d{1,7}"
_FILE_CODE = r"[^\W\d_](?:\d{1,6}|[^\W\d_]\d{1,3})"
# Cost of a class that is missing from a split: larger than any misfit in numbers.
_MISSING_CLASS_COST = 1e6
_MAX_ASSIGNMENTS = 2000  # limits the attempts for many groups

Counts = npt.NDArray[np.float64]


def parse_split(text: str) -> tuple[int, int, int]:
    """Parse "70/15/15", the percentages of train, validation and test.

    The last may be 0. 0/0/100 makes a data set that is only for testing.
    """
    match = re.fullmatch(r"(\d{1,3})/(\d{1,3})/(\d{1,3})", text)
    train, validation, test = map(int, match.groups()) if match else (0, 0, 0)
    if train + validation + test != 100 or (test < 100 and not (train and validation)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not TRAIN/VALIDATION/TEST in per cent, such as 70/15/15"
        )
    return train, validation, test


def subject_of(picture: PurePath, labels: Collection[str]) -> str:
    """Return the person whom a picture's path within its class folder names, or "".

    The person is the first word that may be a name, in the outermost folder that has one
    (`anna/IMG_1.jpg`, `images/Anna Smith/1.jpg`), else in the file's name if that has several parts
    (`anna_01.jpg`, `img-anna-01.jpg`, `S005_001_00000011.png`). Without a word, it is the number of
    a folder (`017/1.jpg`), or the first of several numbers (`017_03.jpg`). Names of classes and
    expressions, words that cameras, programs and data sets use (`name_words`), dates and random
    names are no people. In doubt, two people become one: the opposite error would put one person
    into two splits.
    """
    class_words = EXPRESSIONS.union(*(re.findall(r"[^\W\d_]+", label.lower()) for label in labels))
    for folder in picture.parts[:-1]:
        if person := _person_in(folder, class_words, is_folder=True):
            return person
    return _person_in(picture.stem, class_words, is_folder=False)


def _person_in(name: str, class_words: Collection[str], *, is_folder: bool) -> str:
    text = unicodedata.normalize("NFKC", name).lower()
    text, removed = re.subn(_DATES_AND_RANDOM_NAMES, " - ", text)
    for pattern in _KNOWN_NAMES:
        if match := re.search(pattern, text):
            return match[1]
    code = _FOLDER_CODE if is_folder else _FILE_CODE
    parts = [part for token in re.findall(r"[^\W_]+", text) for part in _parts_of(token, code)]
    numbers = [part for part in parts if part.isdecimal()]
    words = [part for part in parts if not part.isdecimal()]
    if not is_folder and len(parts) + removed < 2:
        return ""
    for word in words:
        if not _is_no_name(word, class_words):
            return word
    people = PEOPLE.intersection(words)
    is_class = is_folder and any(_is_expression(word, class_words) for word in words)
    if not people and (is_class or removed or "" in words or NO_NAMES.intersection(words)):
        return ""
    return _number_of_person(numbers, people, is_folder=is_folder)


def _parts_of(token: str, code: str) -> list[str]:
    """Return a token's word and number, or itself, or "" if it is neither plain nor a code."""
    if match := re.fullmatch(r"([^\W\d_]{3,})(\d+)", token):
        return [match[1], match[2]]
    is_plain = token.isdecimal() or token.isalpha()
    return [token if is_plain or re.fullmatch(code, token) else ""]


def _is_no_name(word: str, class_words: Collection[str]) -> bool:
    is_known = not word or word in NO_NAMES | DESCRIPTIONS | PEOPLE
    return is_known or bool(re.fullmatch(r"[vx]\d", word)) or _is_expression(word, class_words)


def _is_expression(word: str, class_words: Collection[str]) -> bool:
    """Say whether a word is a class, or begins as one of five letters or more: happiness."""
    stems = (re.sub(r"[ey]$", "", other) for other in class_words if len(other) > 4)
    return word in class_words or any(word.startswith(stem) for stem in stems)


def _number_of_person(numbers: list[str], people: Collection[str], *, is_folder: bool) -> str:
    if len(numbers) < (1 if is_folder or people else 2):
        return ""
    is_year = re.fullmatch(r"(?:19|20)\d\d", numbers[0])
    # FFHQ's folders 00000, 01000, ... have a thousand pictures each.
    no_person = r"\d\d000" if is_folder else r"\d{6,}"
    return "" if is_year or re.fullmatch(no_person, numbers[0]) else numbers[0]


def assign_splits(
    groups: Counts, existing: Counts, percentages: tuple[int, int, int], seed: int
) -> npt.NDArray[np.intp]:
    """Return the split of each group of pictures, (groups,) of 0, 1 or 2.

    groups: pictures of each class in each group, (groups, classes). existing: pictures that are in
    the splits already, (3, classes). Assigns greedily in several random orders and returns the best
    result, so that no person with half of all pictures ends up in a split of 15 %.
    """
    rng = np.random.default_rng(seed)
    wanted = np.outer(percentages, existing.sum(axis=0) + groups.sum(axis=0)) / 100
    attempts = max(1, _MAX_ASSIGNMENTS // max(1, len(groups)))
    orders = [rng.permutation(len(groups)) for _ in range(attempts)]
    results = (_assign_greedily(groups, existing, wanted, order) for order in orders)
    return min(results, key=lambda result: result[0])[1]


def _assign_greedily(
    groups: Counts, existing: Counts, wanted: Counts, order: Any
) -> tuple[float, Any]:
    """Put each group where it adds the least cost; return the total cost and the splits."""
    places, counts = np.zeros(len(groups), np.intp), existing
    for group in order:
        added_cost = _cost(counts + groups[group], wanted) - _cost(counts, wanted)
        place = places[group] = added_cost.argmin()
        counts = counts + groups[group] * (np.arange(3) == place)[:, np.newaxis]
    return float(_cost(counts, wanted).sum()), places


def _cost(counts: Counts, wanted: Counts) -> Counts:
    """Return the cost of each split, (3,): how far its class counts are from the wanted ones."""
    misfit = (counts - wanted) ** 2 / np.maximum(wanted, 1e-3)
    return (misfit + _MISSING_CLASS_COST * ((counts == 0) & (wanted > 0))).sum(axis=1)
