"""`emotion-edge install-service`: the systemd unit, for the program where it is installed."""

import logging
import os
import re
import sys
import sysconfig
from argparse import Namespace
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.util.atomic_write import staged_write

log = logging.getLogger("emotion-edge")
UNIT = "emotion-edge.service"
FOLDER = Path("/etc/systemd/system")
# What ProtectHome and PrivateTmp hide.
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - nothing is put there
NEXT = """\
{path} is written. The service reads
  /etc/emotion-edge.toml                the settings, with whole paths: model = "/…/mine.tflite"
  /etc/credstore/emotion-edge.password  the broker's password, if it wants one (mode 600)
Then
  sudo systemctl daemon-reload
  sudo systemctl enable --now emotion-edge
  journalctl -fu emotion-edge
New settings take effect by `sudo systemctl restart emotion-edge`, a new model file by `reload`."""


def install_service(args: Namespace) -> Iterator[str]:
    """Yield the unit with `args.print`; otherwise install it and yield what to do next.

    Raises UserError where the service could not start the program or the user may not install
    it, RunError where there is no systemd or the disk is full.
    """
    program = Path(sysconfig.get_path("scripts")) / "emotion-edge"
    trouble = _find_trouble(program)
    unit = (
        files("emotion_edge").joinpath(UNIT).read_text("utf-8").replace("@PROGRAM@", str(program))
    )
    if args.print:
        if trouble:
            log.warning("%s", trouble)
        yield unit.rstrip("\n")
    elif trouble:
        raise UserError(trouble)
    else:
        _write(unit, program)
        yield NEXT.format(path=FOLDER / UNIT)


def _write(unit: str, program: Path) -> None:
    if not FOLDER.is_dir():
        raise RunError(f"{FOLDER}: no such folder; is there no systemd? --print shows the unit")
    if not os.access(FOLDER, os.W_OK):
        raise UserError(f"{FOLDER}: only root may write there: sudo {program} install-service")
    with staged_write(FOLDER) as stage:
        (stage / UNIT).write_text(unit, encoding="utf-8")
        (stage / UNIT).chmod(0o644)


def _find_trouble(program: Path) -> str | None:
    """Return why the service could not start `program`, and the remedy."""
    remedy = "install the wheel into a virtual environment at /opt/emotion-edge (README)"
    if not program.exists():
        return f"{program}: no such program; {remedy}"
    if not re.fullmatch(r"[\w./+-]+", str(program)):
        return f"{program}: systemd would take that path apart; {remedy}"
    for path in (program, Path(sys.executable), Path(__file__)):
        real = path.resolve()
        if any(real.is_relative_to(folder) for folder in HIDDEN):
            return f"{real}: the service does not see what is there; {remedy}"
    return None
