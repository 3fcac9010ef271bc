"""Read README, docs/ and other pages: fenced blocks, the commands in them, links, inline code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.workbench.conftest import REPOSITORY

README = REPOSITORY / "README.md"
PAGES = [README, *sorted((REPOSITORY / "docs").glob("*.md"))]
PAGES += [REPOSITORY / "CONTRIBUTING.md", REPOSITORY / "SECURITY.md"]
SHELL = ("sh", "bash", "console")
OTHER = ("text", "toml", "yaml", "json", "python", "mermaid")
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """The page's name and the block's first four words, which identify the block."""
        return self.page, " ".join(self.text.split()[:4])

    def commands(self) -> list[list[str]]:
        """Return the words of each command, without sudo, the program's folder and redirections."""
        text = re.sub(r"\\\n *", "", self.text)
        if self.language == "console":
            lines = text.splitlines()
            text = "\n".join(line.removeprefix("$ ") for line in lines if line.startswith("$ "))
        # Match quoted text before comments, so that a "#" inside quotes stays.
        text = re.sub(r"""('[^']*'|"[^"]*")|(^|\s)#.*""", lambda m: m[1] or m[2], text)
        words = shlex.shlex(text, posix=True, punctuation_chars="|&;<>\n")
        words.whitespace_split, words.whitespace, words.commenters = True, " \t", ""
        return list(_split(words))


def _split(words: Iterator[str]) -> Iterator[list[str]]:
    command: list[str] = []
    redirected = False
    for word in [*words, "\n"]:
        if set(word) <= set("|&;\n"):
            if command:
                yield _plain(command)
            command, redirected = [], False
        elif set(word) <= set("<>"):
            redirected = True
        elif not redirected:
            command.append(word)


def _plain(command: list[str]) -> list[str]:
    program, *arguments = command[1:] if command[0] == "sudo" else command
    return [Path(program).name, *arguments]


def blocks() -> list[Block]:
    """Return the fenced blocks of all pages."""
    return [
        Block(page.name, match[1], match[2])
        for page in PAGES
        for match in _FENCE.finditer(page.read_text(encoding="utf-8"))
    ]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def inline_code(page: Path) -> list[str]:
    """Return the texts between single backticks."""
    return re.findall(r"`([^`]+)`", prose(page))


def links(page: Path) -> list[str]:
    """Return the targets of links and pictures that point into this repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub generates for the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
