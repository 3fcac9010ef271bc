"""Install a systemd unit that runs `emotion-edge run` at every boot, with the settings in
/etc/emotion-edge.toml; or print it.

  sudo /opt/emotion-edge/bin/emotion-edge install-service

The service runs as its own user in the group video. It is restarted if it fails, unless the
settings are wrong, and if it has not processed a frame for a minute.

A unit that this program wrote is replaced. One that somebody has changed or masked is replaced only
with --force. Exit codes: 0 installed, 1 no systemd or a full disk, 2 not installed.
"""

import difflib
import hashlib
import logging
import os
import re
import sys
import sysconfig
from collections.abc import Generator
from importlib.resources import files
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.util.atomic_write import staged_write

log = logging.getLogger(__name__)
UNIT = "emotion-edge.service"
FOLDER, RUNTIME_FOLDER = Path("/etc/systemd/system"), Path("/run/systemd/system")
PACKAGED = Path("/usr/lib/systemd/system", UNIT)  # the Debian package's, docs/packages.md
HEAD = """\
# Written by `emotion-edge install-service`. Change it with `systemctl edit emotion-edge`.
# The sha256 of all below is {}
"""
FORCE = "to replace it all the same: --force"
# Hidden from the service by ProtectHome and PrivateTmp.
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - nothing is put there
NEXT = """\
{path} is written. The service reads
  /etc/emotion-edge.toml                the settings, with whole paths: model = "/…/mine.tflite"
  /etc/credstore/emotion-edge.password  the broker's password, if it needs one (mode 600)
  /etc/credstore/emotion-edge.source-password  a network camera's, if it needs one (mode 600)
  /etc/credstore/emotion-edge.web-password  the page's, if other computers are to see it (mode 600)
  /etc/credstore/emotion-edge.taught    a file written by `teach`, if there is one (mode 600), with
    taught = "/run/credentials/emotion-edge.service/emotion-edge.taught"
Then
  sudo systemctl daemon-reload
  sudo systemctl enable --now emotion-edge
  journalctl -fu emotion-edge
`sudo systemctl restart emotion-edge` applies new settings, `reload` a new model file."""


def install_service(*, print_only: bool, force: bool = False) -> Generator[str, None, None]:
    """Yield the unit if `print_only`, else install it and yield what to do next.

    force: replace whatever is there. Raises UserError if the service could not start the program,
    the user may not install it, or somebody has changed it, and RunError without systemd or on a
    full disk.
    """
    program = Path(sysconfig.get_path("scripts")) / "emotion-edge"
    problem = _find_problem(program)
    template = files("emotion_edge").joinpath(UNIT).read_text("utf-8")
    unit = _sign(template.replace("@PROGRAM@", str(program)))
    if print_only:
        if problem:
            log.warning("%s", problem)
        yield unit.rstrip("\n")
    elif problem:
        raise UserError(problem)
    else:
        _check_folder(program)
        if not force:
            _check_present(unit)
        with staged_write(FOLDER) as stage:
            (stage / UNIT).write_text(unit, encoding="utf-8")
            (stage / UNIT).chmod(0o644)
        yield NEXT.format(path=FOLDER / UNIT)


def _sign(text: str) -> str:
    """Return a unit that shows whether somebody has changed it."""
    return HEAD.format(_digest(text)) + text


def _is_unchanged(unit: str) -> bool:
    """Return whether this or another version of this program wrote the unit as it is."""
    _, written, rest = (*unit.split("\n", 2), "", "")[:3]
    return written == HEAD.splitlines()[1].format(_digest(rest))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_present(unit: str) -> None:
    """Raise UserError if the unit is a package's, or somebody has masked or changed it."""
    if PACKAGED.exists():
        raise UserError(
            f"{PACKAGED}: the service belongs to the Debian package",
            "start it with: sudo systemctl enable --now emotion-edge",
        )
    for path in (FOLDER / UNIT, RUNTIME_FOLDER / UNIT):
        if path.is_symlink() or path.exists():
            _check_kind(path)
    path = FOLDER / UNIT
    present = path.read_text(encoding="utf-8", errors="replace") if path.exists() else unit
    if present == unit:
        return
    if not _is_unchanged(present):
        for line in difflib.unified_diff(present.splitlines(), unit.splitlines(), n=0, lineterm=""):
            log.warning("%s", line)
        raise UserError(f"{path}: somebody has changed it, see the lines with - above", FORCE)
    extensions = [each for folder in (FOLDER, RUNTIME_FOLDER) for each in _extensions(folder)]
    if extensions:
        names = ", ".join(map(str, extensions))
        raise UserError(
            f"{path}: is of another version, and {names} may not fit the new one",
            "look at `install-service --print`, then give --force, which keeps them",
        )


def _check_kind(path: Path) -> None:
    """Raise UserError unless `path` is a file that has content."""
    if path.is_char_device() or (path.is_file() and not path.stat().st_size):
        raise UserError(f"{path}: it is masked", "sudo systemctl unmask emotion-edge, or --force")
    if path.is_symlink():
        raise UserError(f"{path}: it is a link to {path.readlink()}", FORCE)
    if not path.is_file():
        raise UserError(f"{path}: it is not a file", "remove it")


def _extensions(folder: Path) -> list[Path]:
    return sorted((folder / f"{UNIT}.d").glob("*.conf"))


def _check_folder(program: Path) -> None:
    if not FOLDER.is_dir():
        raise RunError(f"{FOLDER}: no such folder; is there no systemd? --print shows the unit")
    if not os.access(FOLDER, os.W_OK):
        raise UserError(f"{FOLDER}: only root may write there: sudo {program} install-service")


def _find_problem(program: Path) -> str | None:
    """Return why the service could not start `program`, and the remedy."""
    remedy = (
        "install the wheel into a virtual environment at /opt/emotion-edge (docs/raspberry-pi.md)"
    )
    if not program.exists():
        return f"{program}: no such program; {remedy}"
    if not re.fullmatch(r"[\w./+-]+", str(program)):
        return f"{program}: systemd would split that path; {remedy}"
    for path in (program, Path(sys.executable), Path(__file__)):
        real = path.resolve()
        if any(real.is_relative_to(folder) for folder in HIDDEN):
            return f"{real}: the service cannot see that folder; {remedy}"
    return None
