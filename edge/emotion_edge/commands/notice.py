"""Write a sign to print and put up where the camera is: what runs, what for, whom to ask, and that
pictures stay on the device.

  emotion-edge notice --purpose "Shows how machines see us" --contact "the desk" --to sign.html
  emotion-edge notice --lang de --to schild.html

In the European Union, whoever runs an emotion recognition system must tell the people exposed to it
(AI Act, Art. 50(3)). The sign is a page of A4 in HTML, which any browser prints. For a purpose or
contact that is not given it has a blank line to write on. It says what `run` does by itself: if you
keep pictures, for example by --draw or collect, or show them, for example by --web, correct that
paragraph in the file. Exit codes: 0 done, 1 a full disk, 2 bad options.
"""

from collections.abc import Generator
from html import escape
from pathlib import Path
from string import Template

from emotion_edge.errors import RunError, UserError
from emotion_edge.system.texts import FOLDER, read_texts
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.regular_file import read_regular_file

TEMPLATE = FOLDER / "sign.html"
MARK = '<meta name="generator" content="emotion-edge notice">'
MAX_BYTES = 1024 * 1024
NEXT = """\
{} is written: open it in a browser and print it.
It says that pictures stay on the device and none is stored. Correct it if you keep or show some."""


def notice(
    to: Path, language: str, *, purpose: str = "", contact: str = ""
) -> Generator[str, None, None]:
    """Write a sign and yield what to do next, or yield the sign if `to` is "-".

    The rest is as in `make_sign`; errors are those of `write_sign`.
    """
    sign = make_sign(language, purpose=purpose, contact=contact)
    if to == Path("-"):
        yield sign.rstrip("\n")
        return
    write_sign(to, sign)
    yield NEXT.format(to)


def make_sign(language: str, *, purpose: str, contact: str) -> str:
    """Return the sign as a page of HTML. language: one of `LANGUAGES`. purpose, contact: "": blank.

    Both are text, and may have characters that HTML reserves.
    """
    texts = {key: escape(text) for key, text in read_texts(language, "sign").items()}
    blank = f'<p class="blank"><span>{texts.pop("blank")}</span></p>'
    given = {"purpose_given": purpose, "contact_given": contact}
    lines = {
        key: f'<p class="given">{escape(text)}</p>' if text.strip() else blank
        for key, text in given.items()
    }
    return Template(TEMPLATE.read_text("utf-8")).substitute(texts, **lines, language=language)


def write_sign(path: Path, sign: str) -> None:
    """Write a sign to a file, in place of an earlier sign at most.

    Raises UserError if there is something else, or nothing can be written there, and RunError if
    the disk is full.
    """
    _check_present(path)
    try:
        with staged_write(path.parent) as stage:
            (stage / path.name).write_text(sign, encoding="utf-8")
    except RunError as error:
        raise RunError(f"--to {path}: {error}") from None


def _check_present(path: Path) -> None:
    if path.is_dir():
        raise UserError(f"--to {path} is a folder: name a file, such as sign.html in it")
    try:
        found = read_regular_file(path, MAX_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(f"--to {path}: cannot write it: {error.strerror}") from None
    if found and MARK not in found:
        raise UserError(f"--to {path} would replace a file that is not a sign", "name another")
