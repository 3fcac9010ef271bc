"""Find the person whom a photograph's path names."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePath

from train.prepare.data_set_names import (
    AFTER_DATE,
    CAMERA_FOLDER,
    CAMERA_NUMBER,
    COMPOUNDS,
    DATE,
    DATES_AND_RANDOM_NAMES,
    FORMATS,
    YEAR_OR_MONTH,
    person_of_data_set,
)
from train.prepare.name_words import (
    ALSO_NAMES,
    DATA_SETS,
    DESCRIPTIONS,
    ENDINGS,
    EXPRESSIONS,
    NO_NAMES,
    PEOPLE,
    PEOPLE_GROUPS,
    PEOPLE_IN_FOLDERS,
    SORTING,
)

# Words joined to one of NO_NAMES: trainset, testdata, faceimages.
_COLLECTIONS = re.compile(
    r"(\w{3,}?)(?:crop|data|face|file|folder|frame|image|img|photo|pic|picture|set|shot)s?"
)
# Codes of people, such as s005, n000001 or NimStim's 01F. In a file's name, longer ones are a
# camera's numbers: P1000123, GX010012, WA0001.
_FOLDER_CODE = r"[^\W\d_]{1,2}\d{1,7}|\d{2,3}[fm]"
_FILE_CODE = r"[^\W\d_](?:\d{1,6}|[^\W\d_]\d{1,3})|\d{2,3}[fm]"
_BEFORE_NUMBER = PEOPLE | {"no", "nr", "num", "number"}  # subject_07, Proband Nr. 7, user-id-3
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "\u0131": "i"})
_NO_NAMES = NO_NAMES | SORTING | DESCRIPTIONS | PEOPLE_GROUPS | {"", DATE}


def subject_of(picture: PurePath, labels: Collection[str]) -> str:
    """Return the person whom a picture's path within its class folder names, or "".

    The number of a word such as subject is the person, in the outermost folder that has one
    (`subject_07/kitchen/1.jpg`, `subjects/07/1.jpg`), else in the file's name
    (`kitchen/subject_07_1.jpg`). The names of many data sets are known (`data_set_names`). In
    others, the person is the first word that may be a name, in the outermost folder that has one
    (`anna/IMG_1.jpg`, `images/Anna Smith/1.jpg`), else in the file's name if that has several parts
    (`anna_01.jpg`, `img-anna-01.jpg`, `S005_001_00000011.png`). Without a word, it is the number of
    a folder (`017/1.jpg`), or the first of several numbers (`017_03.jpg`, `017_f_03_flip.jpg`).
    Names of classes and expressions, words that cameras, programs and data sets use (`name_words`),
    dates and random names are no people. `Joy` is a person, `joy` is not. A word of one or two
    small letters after a number, as in `01_li.jpg`, is a code, and no person. In doubt, two people
    become one: the opposite error would put one person into two splits.
    """
    texts = (unicodedata.normalize("NFKC", label.lower()) for label in labels)
    words = (word for text in texts for word in re.findall(r"[^\W\d_]+", text))
    label_words = frozenset(spelling for word in words for spelling in _spellings(word))
    *folders, stem = (unicodedata.normalize("NFKC", n) for n in (*picture.parts[:-1], picture.stem))
    folders = _read_folders(folders)
    found = [_people_in(folder, label_words, is_folder=True) for folder in folders]
    in_file = _people_in(stem, label_words, is_folder=False)
    certain = (person for person, _, _ in (*found, in_file))
    names = (
        person_of_data_set(folder) or name
        for folder, (_, name, _) in zip(folders, found, strict=True)
    )
    numbers = (number for _, _, number in found)
    people = (*certain, *names, person_of_data_set(stem), *numbers, *in_file)
    return next(filter(None, people), "")


def _read_folders(folders: list[str]) -> list[str]:
    """Return the names of folders, each number with what its parent says that it counts."""
    result, parent = [], ""
    for name in folders:
        folder = name
        if name.isdecimal() and parent.lower() in PEOPLE_GROUPS:
            folder = f"subject_{name}"
        elif re.fullmatch(YEAR_OR_MONTH, parent) and re.fullmatch(r"\d\d?", name):
            folder = f"{parent}-{name}"  # 2024/01/31/
        elif re.fullmatch(CAMERA_FOLDER, name):
            folder = DATE
        result.append(folder)
        parent = folder
    return result


def _spellings(word: str) -> set[str]:
    """Return a word with and without its accents, and with ae, oe and ue for umlauts."""
    german = re.sub("[äöü]", lambda match: f"{_without_accents(match[0])}e", word)
    return {word, _without_accents(word), _without_accents(german)}


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _people_in(name: str, label_words: Collection[str], *, is_folder: bool) -> tuple[str, str, str]:
    """Return a name's number of a word for people, word that may be a person, and number, or ""."""
    capitalised = {word.lower() for word in re.findall(r"[^\W\d_]+", name) if word.istitle()}
    classes = EXPRESSIONS.union(ALSO_NAMES - capitalised, label_words)
    code = _FOLDER_CODE if is_folder else _FILE_CODE
    tokens = re.findall(rf"[^\W_]+|{DATE}", _simplify(name))
    parts = [part for token in tokens for part in _parts_of(token, code, classes)]
    if not parts or (len(parts) < 2 and not is_folder):
        return "", "", ""
    also_names = (ALSO_NAMES & capitalised).difference(label_words)
    words = [part for part in parts if part in also_names or not _is_no_name(part, classes)]
    if is_folder and DATA_SETS.intersection(parts):  # KDEF-straight/
        words = [word for word in words if not word.isalpha()]
    if parts[0].isdecimal():  # one or two letters are a code: 017_f_ha_3
        words = [word for word in words if word in capitalised or not _is_short(word)]
    if parts[0] in NO_NAMES and not is_folder:  # so is one: DJI_0012_W, photo_5195012345678_y
        words = [word for word in words if not re.fullmatch("[a-z]", word)]
    certain = _number_of_people_word(parts, is_folder=is_folder)
    return certain, "".join(words[:1]), _number_of_person(parts, classes, is_folder=is_folder)


def _simplify(text: str) -> str:
    """Remove what looks like a name but is none, and join the parts of a compound."""
    text = re.sub(CAMERA_NUMBER, f" {DATE} ", text).lower()
    text = re.sub(DATES_AND_RANDOM_NAMES, f" {DATE} ", text)
    text = re.sub(COMPOUNDS, lambda match: re.sub(r"[\W_]", "", match[0]), text)
    return re.sub(FORMATS, " ", re.sub(AFTER_DATE, DATE, text))


def _is_short(word: str) -> bool:
    return bool(re.fullmatch("[a-z]{1,2}", word))


def _parts_of(token: str, code: str, classes: Collection[str]) -> list[str]:
    """Return a token's word and number, or itself, or "" if it is neither plain nor a code."""
    if token in _NO_NAMES:
        return [token]
    match = re.fullmatch(r"([^\W\d_]+)(\d+)", token)
    if match and (len(match[1]) > 2 or match[1] in PEOPLE):  # not a code
        # The number in rot90, angry2 or cam1 is no person.
        is_no_person = match[1] in NO_NAMES or _is_collection(match[1])
        is_number_of_word = is_no_person or _sorts(match[1], classes)
        return [match[1]] if is_number_of_word else [match[1], match[2]]
    is_plain = token.isdecimal() or token.isalpha()
    return [token if is_plain or re.fullmatch(code, token) else ""]


def _is_no_name(part: str, classes: Collection[str]) -> bool:
    is_number = part.isdecimal() or re.fullmatch(r"[vx]\d", part)
    is_word = part in _NO_NAMES or _is_collection(part)
    return is_word or bool(is_number) or _sorts(part, classes)


def _is_collection(word: str) -> bool:
    match = _COLLECTIONS.fullmatch(word)
    return bool(match and match[1] in NO_NAMES)


def _sorts(word: str, classes: Collection[str]) -> bool:
    """Say whether a word is a class, a form of one of five letters or more, or in SORTING."""
    spellings = _spellings(word)
    stems = (w.removesuffix(ending) for w in spellings for ending in ENDINGS if w.endswith(ending))
    forms = (form for stem in stems for form in (stem, f"{stem}e", f"{stem}y") if len(form) > 4)
    return word in SORTING or any(form in classes for form in (*spellings, *forms))


def _number_of_people_word(parts: list[str], *, is_folder: bool) -> str:
    """Return the number or code that belongs to a word for people, or ""."""
    words = PEOPLE | PEOPLE_IN_FOLDERS if is_folder and len(parts) == 2 else PEOPLE
    for i, part in enumerate(parts):
        is_of_picture = part == "id" and NO_NAMES.intersection(parts[i - 1 : i])  # image_id_3
        if part in words and not is_of_picture:
            after = next((p for p in parts[i:] if p not in words | _BEFORE_NUMBER), "")
            if re.search(r"\d", after) and not re.fullmatch(r"[vx]\d", after):
                return after
    is_number_first = len(parts) == 2 and parts[0].isdecimal() and parts[1] in words  # 07_subject
    return parts[0] if is_number_first else ""


def _number_of_person(parts: list[str], classes: Collection[str], *, is_folder: bool) -> str:
    """Return the number that is a person, or "": no part is a name."""
    numbers = [part for part in parts if part.isdecimal()]
    for i, part in enumerate(parts):
        if part in PEOPLE:  # subject_07, else 07_subject
            return next(filter(str.isdecimal, parts[i:]), "".join(numbers[:1]))
    if len(numbers) < (1 if is_folder else 2):
        return ""
    # In a file's name, the words after its first number do not say what that counts.
    before = parts if is_folder else parts[: parts.index(numbers[0])]
    is_sorted = is_folder and any(_sorts(part, classes) for part in parts)
    if is_sorted or {"", DATE}.intersection(parts) or NO_NAMES.intersection(before):
        return ""
    is_year = re.fullmatch(YEAR_OR_MONTH, numbers[0])
    # FFHQ's folders 00000, 01000, ... have a thousand pictures each.
    no_person = r"\d\d000" if is_folder else r"\d{6,}"
    return "" if is_year or re.fullmatch(no_person, numbers[0]) else numbers[0]
