"""What is in the place of a unit: whether it may be replaced."""

import difflib
import logging
from collections.abc import Sequence
from pathlib import Path

from emotion_edge.commands.service.units import is_unchanged, short
from emotion_edge.errors import UserError

log = logging.getLogger(__name__)
FORCE = "to replace it all the same: --force"


def check_present(name: str, unit: str, folders: Sequence[Path]) -> None:
    """Raise UserError if somebody has masked or changed a unit.

    unit: what it is to say. folders: those of systemd, first the one where it is to be.
    """
    for folder in folders:
        if (folder / name).is_symlink() or (folder / name).exists():
            _check_kind(folder / name)
    path = folders[0] / name
    present = path.read_text(encoding="utf-8", errors="replace") if path.exists() else unit
    if present == unit:
        return
    if not is_unchanged(present):
        for line in difflib.unified_diff(present.splitlines(), unit.splitlines(), n=0, lineterm=""):
            log.warning("%s", line)
        raise UserError(f"{path}: somebody has changed it, see the lines with - above", FORCE)
    if extensions := [str(each) for folder in folders for each in _extensions(folder / name)]:
        raise UserError(
            f"{path}: is of another version, and {', '.join(extensions)} may not fit the new one",
            f"look at `install-service --print {name}`, then give --force, which keeps them",
        )


def _check_kind(path: Path) -> None:
    """Raise UserError unless `path` is a file that has content."""
    if path.is_char_device() or (path.is_file() and not path.stat().st_size):
        remedy = f"sudo systemctl unmask {short(path.name)}, or --force"
        raise UserError(f"{path}: it is masked", remedy)
    if path.is_symlink():
        raise UserError(f"{path}: it is a link to {path.readlink()}", FORCE)
    if not path.is_file():
        raise UserError(f"{path}: it is not a file", "remove it")


def _extensions(path: Path) -> list[Path]:
    return sorted(path.with_name(f"{path.name}.d").glob("*.conf"))
