"""Texts for people who do not run the program, in the languages that it has them in.

Each language has a file in emotion_edge/texts: a section for each place that shows texts, with a
text for each key.
"""

import json
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("en", "de", "fr", "zh-TW")  # BCP 47 tags, as HTML's lang has them
FOLDER = Path(__file__).parents[1] / "texts"


def read_texts(language: str, section: str) -> dict[str, str]:
    """Return the texts of a section by their keys. language: one of `LANGUAGES`."""
    texts: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return texts[section]


def locale_language(environment: Mapping[str, str]) -> str:
    """Return the language of the locale that the environment names; "en" if there are no texts."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    tag = next(filter(None, names), "").partition(".")[0].partition("@")[0].replace("_", "-")
    return next((each for each in (tag, tag.partition("-")[0]) if each in LANGUAGES), "en")
