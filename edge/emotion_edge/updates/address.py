"""The address of a repository."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from emotion_edge.errors import UserError, mask, shorten

EXAMPLE = "give its address, such as https://models.example/"
MAX_LENGTH = 1000
_SAFE = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True)
class RepositoryAddress:
    """Where a repository is.

    url: of its folder, with a slash at the end and without a login. host: for messages. login: USER
    or USER:PASSWORD as the address had it, or "".
    """

    url: str
    host: str
    login: str = ""

    @property
    def metadata(self) -> str:
        """The address of its folder of metadata."""
        return f"{self.url}metadata/"

    @property
    def targets(self) -> str:
        """The address of its folder of models."""
        return f"{self.url}targets/"


def parse_repository(text: str) -> RepositoryAddress:
    """Return the address of a repository; raises UserError, which hides a password."""
    shown = shorten(mask(text), 100)
    if len(text) > MAX_LENGTH or not text.isprintable() or re.search(r"[\s\\]", text):
        raise UserError(f"{shown}: is no address of a repository", EXAMPLE)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UserError(f"{shown}: is no address of a repository: {error}", EXAMPLE) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise UserError(f"{shown}: is no http:// or https:// address of a repository", EXAMPLE)
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise UserError(
            f"{shown}: has a ? or a #, and files are to be looked for below it", EXAMPLE
        )
    return RepositoryAddress(_bare(parts), host, parts.netloc.rpartition("@")[0])


def _bare(parts: SplitResult) -> str:
    """Return the address without its login, as servers expect it."""
    place = parts.netloc.rpartition("@")[2].encode("idna").decode() if parts.netloc else ""
    return f"{parts.scheme}://{place}{quote(parts.path.rstrip('/'), safe=_SAFE)}/"
