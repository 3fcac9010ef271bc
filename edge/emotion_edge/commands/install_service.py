"""Install a systemd unit that runs `emotion-edge run` at every boot, with the settings in
/etc/emotion-edge.toml; or print it.

  sudo /opt/emotion-edge/bin/emotion-edge install-service

The service runs as its own user in the group video. It is restarted if it fails, unless the
settings are wrong, and if it has not processed a frame for a minute.
"""

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
FOLDER = Path("/etc/systemd/system")
# Hidden from the service by ProtectHome and PrivateTmp.
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - nothing is put there
NEXT = """\
{path} is written. The service reads
  /etc/emotion-edge.toml                the settings, with whole paths: model = "/…/mine.tflite"
  /etc/credstore/emotion-edge.password  the broker's password, if it needs one (mode 600)
Then
  sudo systemctl daemon-reload
  sudo systemctl enable --now emotion-edge
  journalctl -fu emotion-edge
`sudo systemctl restart emotion-edge` applies new settings, `reload` a new model file."""


def install_service(*, print_only: bool) -> Generator[str, None, None]:
    """Yield the unit if `print_only`, else install it and yield what to do next.

    Raises UserError if the service could not start the program or the user may not install it, and
    RunError without systemd or on a full disk.
    """
    program = Path(sysconfig.get_path("scripts")) / "emotion-edge"
    problem = _find_problem(program)
    template = files("emotion_edge").joinpath(UNIT).read_text("utf-8")
    unit = template.replace("@PROGRAM@", str(program))
    if print_only:
        if problem:
            log.warning("%s", problem)
        yield unit.rstrip("\n")
    elif problem:
        raise UserError(problem)
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
