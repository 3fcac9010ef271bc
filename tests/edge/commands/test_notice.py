"""The sign for the people in view."""

import os
import re
import shutil
import string
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from emotion_edge.commands.notice import MARK, TEMPLATE
from emotion_edge.system.texts import LANGUAGES, read_texts
from tests.edge.command_line import edge

GIVEN = (
    "--purpose",
    "Counts <b>smiles</b> & $frowns",
    "--contact",
    'Ms "Ö" 林, desk\u30003\u00a0b',
)


class Page(HTMLParser):
    """A page of HTML: its tags with attributes, and the text of each element with text."""

    def __init__(self, text: str) -> None:
        """Read a page; every element must be closed in the right order."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self._open[-1], data.strip()))


def sign(*arguments: object, **options: object) -> Page:
    """Return the sign that `notice` prints."""
    result = edge("notice", *arguments, **options)
    assert (result.returncode, result.stderr) == (0, "")
    return Page(result.stdout)


TEXTS = {language: read_texts(language, "sign") for language in LANGUAGES}


def test_the_sign_uses_every_text_of_its_section():
    fields = set(string.Template(TEMPLATE.read_text("utf-8")).get_identifiers())
    assert fields - {"language", "purpose_given", "contact_given"} == TEXTS["en"].keys() - {"blank"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_says_what_runs_what_for_whom_to_ask_and_that_pictures_stay(language):
    page = sign("--lang", language, *GIVEN)
    shown = [text for tag, text in page.texts if tag not in ("style", "title")]
    wanted = [
        *("title", "running", "running_text", "purpose", "", "pictures", "pictures_text"),
        *("contact", "contact_text", "", "law"),
    ]
    given = iter((GIVEN[1], GIVEN[3]))
    assert shown == [TEXTS[language][key] if key else next(given) for key in wanted]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_is_accessible_and_loads_nothing(language):
    page = sign("--lang", language)
    assert page.tags[0] == ("html", {"lang": language})
    assert ("title", TEXTS[language]["title"]) in page.texts
    headings = [tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert headings == ["h1", "h2", "h2", "h2", "h2"]
    assert {"main", "footer"} <= {tag for tag, _ in page.tags}
    assert all(attrs.get("aria-hidden") == "true" for tag, attrs in page.tags if tag == "svg")
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "a", "base"}
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert not {name for name in attributes if name.startswith(("on", "href", "src"))}
    (style,) = (text for tag, text in page.texts if tag == "style")
    assert "url(" not in style and "@import" not in style
    assert "size: A4" in style


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_prints_the_sign_on_one_page_of_a4(language, tmp_path):
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    page, pdf = tmp_path / "sign.html", tmp_path / "sign.pdf"
    purpose = ("--purpose", "as many words as anybody would want to read on a sign " * 3)
    assert edge("notice", "--lang", language, *purpose, "--to", page).returncode == 0
    words = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile")
    words += ("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    subprocess.run([chromium, *words], check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 1
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [210, 297]


def test_a_line_to_write_on_stands_for_what_is_not_given():
    blank = ("span", TEXTS["en"]["blank"])
    assert sign("--lang", "en").texts.count(blank) == 2
    assert sign("--lang", "en", "--purpose", "Art", "--contact", " ").texts.count(blank) == 1
    assert sign("--lang", "en", *GIVEN).texts.count(blank) == 0


def test_the_language_is_that_of_the_locale_unless_it_is_given():
    environment = {**os.environ, "LC_ALL": "zh_TW.UTF-8"}
    assert sign(env=environment).tags[0] == ("html", {"lang": "zh-TW"})
    assert sign("--lang", "de", env=environment).tags[0] == ("html", {"lang": "de"})


def test_a_sign_is_written_to_a_file_and_replaces_an_earlier_one(tmp_path):
    path = tmp_path / "new folder" / "sign.html"
    for contact in ("the desk", "the office"):
        result = edge("notice", "--lang", "en", "--contact", contact, "--to", path)
        assert result.returncode == 0, result.stderr
        assert f"{path} is written" in result.stdout
        assert ("p", contact) in Page(path.read_text("utf-8")).texts
        assert MARK in path.read_text("utf-8")
    assert list(path.parent.iterdir()) == [path]


def _other(path: Path) -> Path:
    path.write_text("<!doctype html><p>my page")
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _below_a_file(path: Path) -> Path:
    return _other(path) / "sign.html"


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_other, "would replace a file that is not a sign; name another"),
        (_folder, "is a folder: name a file, such as sign.html in it"),
        (_below_a_file, "cannot write it: Not a directory"),
        (_pipe, "cannot write it: it is a pipe, a device or a socket, not a file"),
    ],
)
def test_nothing_else_is_replaced(make, message, tmp_path):
    path = make(tmp_path / "page.html")
    before = _content(tmp_path)
    result = edge("notice", "--to", path)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"--to {path}" in result.stderr and message in result.stderr
    assert _content(tmp_path) == before


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() if path.is_file() else b"" for path in folder.iterdir()}


@pytest.mark.parametrize("option", ["--purpose", "--contact"])
@pytest.mark.parametrize("text", ["two\nlines", b"not \xff UTF-8", "\x1b[2J"])
def test_text_that_is_not_one_line_is_refused(option, text):
    text = text if isinstance(text, str) else os.fsdecode(text)
    result = edge("notice", option, text)
    assert (result.returncode, result.stdout) == (2, "")
    assert "is not one line of text" in result.stderr
