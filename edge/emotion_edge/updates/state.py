"""update.json: what updates have found, for the daemon to publish, and which releases not to take.

It lies in the folder of installed models, and is replaced by one rename.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from emotion_edge.errors import escape
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import is_number, parse_json

log = logging.getLogger(__name__)
VERSION = 1
STATE = "update.json"
MAX_BYTES = 256 * 1024
_MAX_TEXT, _MAX_REJECTED = 1000, 64  # characters; the latest releases


@dataclass(frozen=True, kw_only=True)
class UpdateState:
    """What updates have found.

    checked: when the repository was last found to be right, ISO 8601 in UTC; None before.
    installed, latest: the names of the model in use, and of what this device should run. progress:
    of an update, in percent; None if none runs. problem: why the last one failed, or "". rejected:
    the SHA-256 of releases that do not work here, each with the reason.
    """

    checked: str | None = None
    installed: str = ""
    latest: str = ""
    progress: int | None = None
    problem: str = ""
    rejected: Mapping[str, str] = field(default_factory=dict)


class Report:
    """update.json, while an update runs."""

    def __init__(self, models: Path) -> None:
        """Read it."""
        self._path = models / STATE
        self.state = read_state(models)

    def tell(self, **changes: Any) -> None:
        """Change some of its values; raises OSError."""
        self.state = replace(self.state, **changes)
        text = json.dumps({"version": VERSION, **asdict(self.state)}, indent=1)
        write_durably(self._path, f"{text}\n".encode())

    def reject(self, sha256: str, reason: str) -> None:
        """Remember a release that does not work here."""
        reason = escape(reason)[:_MAX_TEXT]
        items = list({**self.state.rejected, sha256: reason}.items())[-_MAX_REJECTED:]
        self.tell(rejected=dict(items), problem=reason, progress=None)

    def rolled_back(self, left: str, now: str) -> None:
        """Remember that somebody left a model for another; left, now: their SHA-256."""
        self.reject(left, "somebody rolled back from it")
        self.tell(rejected={sha: why for sha, why in self.state.rejected.items() if sha != now})


def read_state(models: Path) -> UpdateState:
    """Return what update.json says; if it is missing or damaged, what a new device would say."""
    path = models / STATE
    try:
        return _parse(parse_json(read_regular_file(path, MAX_BYTES)))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        log.warning("%s: cannot be read, so it begins anew: %s", path, error)
    return UpdateState()


def _parse(values: Any) -> UpdateState:
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise ValueError(f"it is not of version {VERSION}")
    checked, progress, rejected = (values.get(key) for key in ("checked", "progress", "rejected"))
    texts = [values.get(key) for key in ("installed", "latest", "problem")]
    pairs = rejected.items() if isinstance(rejected, dict) else [(None, None)]
    if (
        not all(
            isinstance(each, str) for each in (*texts, *(text for pair in pairs for text in pair))
        )
        or not (checked is None or isinstance(checked, str))
        or not (progress is None or (is_number(progress, 0, 100) and isinstance(progress, int)))
    ):
        raise ValueError("it is not as it was written")
    return UpdateState(**{key: value for key, value in values.items() if key in _KEYS})


_KEYS = UpdateState.__dataclass_fields__.keys()
