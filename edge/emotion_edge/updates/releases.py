"""The releases of a repository, and which of them a device runs.

A release is a signed file with a few fields of our own. A device draws one number between 0 and 100
from each release's salt and its own id, so the devices among the first 5 % are also among the first
50 %, and nobody has to know which they are.
"""

import hashlib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from emotion_edge.errors import is_plain, shorten
from emotion_edge.model.limits import MAX_FILE
from emotion_edge.util.strict_json import is_number

SUFFIX = ".tflite"
MAX_NAME = 100  # characters
_MAX_NUMBER = 2**53  # what every reader of JSON can hold
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}", re.ASCII)
_HEX = "[0-9a-f]"
_SHARE = r"[0-9]{1,3}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?"


@dataclass(frozen=True, kw_only=True)
class Release:
    """A model in a repository.

    path: of its target. name: for people. number: grows with every release. least_version: of this
    program. percent: of the devices get it. salt: draws which. sha256, length: of the file.
    """

    path: str
    name: str
    number: int
    least_version: tuple[int, ...]
    percent: float
    salt: str
    sha256: str
    length: int

    def admits(self, device: str, version: str) -> bool:
        """Return whether a device with that id may run it. version: of its program."""
        drawn = hashlib.sha256(f"{self.salt}:{device}".encode()).digest()[:8]
        share = int.from_bytes(drawn, "big") / 2**64 * 100
        return share < self.percent and parse_version(version) >= self.least_version


def parse_release(path: str, custom: object, length: int, hashes: Mapping[str, str]) -> Release:
    """Return the release of a target; raises ValueError, which says what is wrong with it.

    Its signature is right, so somebody signed it by mistake, or signs for other programs as well.
    """
    _demand(_is_target(path), "path", path)
    values = custom if isinstance(custom, dict) else {}
    name, number = values.get("name"), values.get("number")
    percent = _percent(values.get("percent"))
    _demand(_is_name(name), "name", name)
    _demand(is_number(number, 1, _MAX_NUMBER) and isinstance(number, int), "number", number)
    _demand(is_number(percent, 0, 100), "percent", values.get("percent"))
    for key, pattern in (("least_version", _VERSION.pattern), ("salt", f"{_HEX}{{32}}")):
        _demand(_matches(pattern, values.get(key)), key, values.get(key))
    _demand(_matches(f"{_HEX}{{64}}", hashes.get("sha256")), "sha256", hashes.get("sha256"))
    _demand(is_number(length, 1, MAX_FILE), "length", length)
    return Release(
        path=path,
        name=str(name),
        number=values["number"],
        least_version=parse_version(values["least_version"]),
        percent=percent,
        salt=values["salt"],
        sha256=hashes["sha256"],
        length=length,
    )


def choose(
    releases: Iterable[Release], device: str, version: str, rejected: Collection[str]
) -> Release | None:
    """Return what a device should run; None if no release admits it.

    rejected: the SHA-256 of those that it has found not to work.
    """
    return newest([each for each in releases if each.admits(device, version)], rejected)


def newest(admitted: Iterable[Release], rejected: Collection[str] = ()) -> Release | None:
    """Return the newest of the releases that admit a device, but for those that it has rejected."""
    left = (each for each in admitted if each.sha256 not in rejected)
    # Two with one number are a mistake; then all devices at least make the same choice.
    return max(left, key=lambda each: (each.number, each.path), default=None)


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, "1.10.0" or "1.10.0.dev1", so that they can be compared."""
    found = _VERSION.match(text)
    numbers = [int(each) for each in found[0].split(".")] if found else []
    return (*numbers, 0, 0, 0, 0)[:4]


def _demand(right: bool, key: str, value: object) -> None:
    if not right:
        raise ValueError(f"its {key} is {shorten(value)}")


def _matches(pattern: str, value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(pattern, value, re.ASCII))


def _percent(value: object) -> float:
    """Return a share, NaN for what is none. Signed metadata has no fractions, so one is a text."""
    if isinstance(value, str):
        return float(value) if re.fullmatch(_SHARE, value) else math.nan
    return value if isinstance(value, int) and not isinstance(value, bool) else math.nan


def _is_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name.strip()) <= MAX_NAME and is_plain(name)


def _is_target(path: str) -> bool:
    """Return whether a path is one file's name, without tricks for folders and addresses."""
    bare = path.removesuffix(SUFFIX)
    return path != bare and _is_name(bare) and not re.search(r"[/\\%?#:]|^\.", bare)
