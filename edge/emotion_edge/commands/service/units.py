"""The units: their names, what they say here, and whether somebody has changed them."""

import hashlib
from pathlib import Path

TEMPLATES = Path(__file__).parents[2]
UNIT = "emotion-edge.service"
UPDATE_TIMER, REQUEST_PATH = "emotion-edge-update.timer", "emotion-edge-update-request.path"
UNITS = (
    UNIT,
    "emotion-edge-update.service",
    UPDATE_TIMER,
    "emotion-edge-update-request.service",
    REQUEST_PATH,
)
HEAD = """\
# Written by `emotion-edge install-service`. Change it with `systemctl edit {}`.
# The sha256 of all below is {}
"""


def short(name: str) -> str:
    """Return a unit's name as systemctl takes it."""
    return name.removesuffix(".service")


def render(name: str, program: object) -> str:
    """Return a unit that starts `program`; its head shows whether somebody has changed it."""
    template = (TEMPLATES / name).read_text("utf-8")
    text = template.replace("@PROGRAM@", str(program))
    return HEAD.format(short(name), _digest(text)) + text


def is_unchanged(unit: str) -> bool:
    """Return whether this or another version of this program wrote the unit as it is."""
    _, written, rest = (*unit.split("\n", 2), "", "")[:3]
    return written == HEAD.splitlines()[1].format(_digest(rest))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
