"""The texts for people who do not run the program: complete in every language."""

import json

import pytest

from emotion_edge.system.texts import FOLDER, LANGUAGES, locale_language


def read(language: str) -> dict[tuple[str, str], str]:
    """Return all texts of a language by (section, key)."""
    sections = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return {(section, key): text for section in sections for key, text in sections[section].items()}


def test_every_file_of_texts_is_a_language_s():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_lacks_a_text_or_has_one_that_english_lacks(language):
    assert read(language).keys() == read("en").keys()
    assert all(text.strip() == text != "" for text in read(language).values())


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_long_text_was_left_in_english(language):
    english = {text for text in read("en").values() if " " in text}
    assert not english & set(read(language).values())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_AT.UTF-8@euro"}, "de"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "zh_TW"}, "zh-TW"),
        ({"LANG": "zh_CN.UTF-8"}, "en"),  # in China the writing is another
        ({"LANG": "it_IT.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
    ],
)
def test_the_locale_s_language(environment, language):
    assert locale_language(environment) == language
