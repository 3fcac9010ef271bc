"""update.json: what updates have found, for the daemon to publish, and which releases not to take.

It lies in the folder of installed models, and is replaced by one rename. An update and
`install-model` may change it at once, so each reads it anew, under a lock, before it writes.
"""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from emotion_edge.errors import escape
from emotion_edge.system.lock_file import hold
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.strict_json import is_number, parse_json

log = logging.getLogger(__name__)
VERSION = 1
STATE, LOCK = "update.json", "update.json.lock"
MAX_BYTES = 256 * 1024
ROLLED_BACK = "somebody rolled back from it"
_MAX_TEXT, _MAX_RELEASES = 1000, 64  # characters; the latest ones
_LOCK_S = 20.0  # who has it writes one small file, on an SD card that may hang for seconds


@dataclass(frozen=True, kw_only=True)
class UpdateState:
    """What updates have found.

    checked: when the repository was last found to be right, ISO 8601 in UTC; None before.
    installed, latest: the names of the model in use, and of what this device should run. wanted:
    the SHA-256 of the latter, if it is a release. progress: of an update, in percent; None if none
    runs. problem: what is wrong, or "". rejected: the SHA-256 of releases that do not work here,
    each with the reason. failures: how often others have failed. program: the version that found
    both out.
    """

    checked: str | None = None
    installed: str = ""
    latest: str = ""
    wanted: str = ""
    progress: int | None = None
    problem: str = ""
    rejected: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    program: str = ""


class Report:
    """update.json, which others may change meanwhile. Its methods raise OSError."""

    def __init__(self, models: Path) -> None:
        """Read it."""
        self._models = models
        self.state = read_state(models)

    def reload(self) -> None:
        """Read it anew."""
        with suppress(OSError, ValueError):  # then it is as it was; `read_state` has said so
            self.state = load_state(self._models / STATE)

    def tell(self, **changes: Any) -> None:
        """Change some of its values."""
        self._change(lambda state: replace(state, **changes))

    def begin(self, program: str) -> None:
        """Forget an update that was killed, and what another version of the program found out."""
        kept = {sha: why for sha, why in self.state.rejected.items() if why == ROLLED_BACK}
        if self.state.program != program:
            self.tell(program=program, rejected=kept, failures={}, progress=None)
        elif self.state.progress is not None:
            self.tell(progress=None)

    def reject(self, sha256: str, reason: str) -> None:
        """Remember a release that does not work here."""
        text = escape(reason)[:_MAX_TEXT]
        self._change(
            lambda state: replace(
                state,
                rejected=_latest({**state.rejected, sha256: text}),
                failures=_without(state.failures, sha256),
                progress=None,
            )
        )

    def count(self, sha256: str, tries: int) -> None:
        """Remember that a release has failed so often; 0 forgets it."""

        def change(state: UpdateState) -> UpdateState:
            failures = _without(state.failures, sha256)
            return replace(
                state, failures=_latest({**failures, sha256: tries}) if tries else failures
            )

        self._change(change)

    def installed_by_hand(self, name: str, sha256: str, left: str = "") -> None:
        """Remember what somebody has installed, which may have failed before.

        left: the SHA-256 of the release that somebody rolled back from, which is not taken again.
        """

        def change(state: UpdateState) -> UpdateState:
            rejected = _without(state.rejected, sha256, left)
            if left not in ("", sha256):
                rejected = _latest({**rejected, left: ROLLED_BACK})
            should_run = state.wanted and state.wanted not in (sha256, *rejected)
            return replace(
                state,
                installed=name,
                latest=state.latest if should_run else name,
                rejected=rejected,
                failures=_without(state.failures, sha256),
            )

        self._change(change)

    def _change(self, change: Callable[[UpdateState], UpdateState]) -> None:
        with hold(self._models / LOCK, patience=_LOCK_S):
            self.reload()
            self.state = change(self.state)
            text = json.dumps({"version": VERSION, **asdict(self.state)}, indent=1)
            write_durably(self._models / STATE, f"{text}\n".encode())


def _latest(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(values.items())[-_MAX_RELEASES:])


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def read_state(models: Path) -> UpdateState:
    """Return what update.json says; if it is missing or damaged, what a new device would say."""
    path = models / STATE
    try:
        return load_state(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        log.warning("%s: cannot be read, so it begins anew: %s", path, error)
    return UpdateState()


def load_state(path: Path) -> UpdateState:
    """Return what the file says; raises OSError or ValueError."""
    values = parse_json(read_regular_file(path, MAX_BYTES))
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise ValueError(f"it is not of version {VERSION}")
    values = {"failures": {}, "program": "", "wanted": "", **values}  # which came later
    checked, progress, failures = (values.get(key) for key in ("checked", "progress", "failures"))
    texts = [values.get(key) for key in ("installed", "latest", "problem", "program", "wanted")]
    if (
        not all(isinstance(each, str) for each in texts)
        or not (checked is None or isinstance(checked, str))
        or not (progress is None or _is_count(progress))
        or not _is_mapping(values.get("rejected"), lambda reason: isinstance(reason, str))
        or not _is_mapping(failures, _is_count)
    ):
        raise ValueError("it is not as it was written")
    return UpdateState(**{key: value for key, value in values.items() if key in _KEYS})


def _is_count(value: object) -> bool:
    return is_number(value, 0, 100) and isinstance(value, int)


def _is_mapping(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(map(fits, value.values()))


_KEYS = UpdateState.__dataclass_fields__.keys()
