"""What `emotion-edge update` says of itself in update.json, and how it is published.

Another program writes the file, as root, and may do so at any time. So it is read within bounds.
"""

from dataclasses import dataclass
from pathlib import Path

from emotion_edge.output.json_lines import dumps
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import is_number, parse_json

RUNNING = "update.lock"  # beside update.json: held while an update runs
MAX_BYTES, VERSION = 256 * 1024, 1
MAX_NAME, MAX_PROBLEM = 200, 500  # characters; a longer problem is cut


@dataclass(frozen=True)
class UpdateState:
    """installed, latest: names of models, the one in use and the one that there should be; "" if
    that is not known yet.

    checked: when the last successful check was, or None. progress: of an installation, in percent,
    or None. problem: why the last attempt failed, or "".
    """

    installed: str
    latest: str
    checked: str | None
    progress: float | None
    problem: str

    def message(self) -> str:
        """Return the message on `update`; Home Assistant's update entity has the first four."""
        return dumps(
            {
                "installed_version": self.installed,
                # Home Assistant would take "" for another version.
                "latest_version": self.latest or self.installed,
                "in_progress": self.progress is not None,
                "update_percentage": self.progress,
                "checked": self.checked,
                "problem": self.problem,
            }
        )


def read_update_state(path: Path) -> UpdateState:
    """Return what the file says.

    Raises OSError if it cannot be read or is too large, and ValueError if it says something else.
    """
    value = parse_json(read_regular_file(path, MAX_BYTES))
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    if value.get("version") != VERSION:
        raise ValueError(f"its version is not {VERSION}")
    return UpdateState(
        installed=_text(value, "installed"),
        latest=_text(value, "latest"),
        checked=None if value.get("checked") is None else _text(value, "checked"),
        progress=_progress(value.get("progress")),
        problem=_problem(value.get("problem")),
    )


def _text(value: dict[str, object], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or len(text) > MAX_NAME:
        raise ValueError(f"{key!r} is no text of at most {MAX_NAME} characters")
    return text


def _progress(value: object) -> float | None:
    if value is None:
        return None
    if not (isinstance(value, int | float) and is_number(value, 0, 100)):
        raise ValueError("'progress' is no number from 0 to 100")
    return value


def _problem(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("'problem' is no text")
    return value if len(value) <= MAX_PROBLEM else value[: MAX_PROBLEM - 1] + "…"
