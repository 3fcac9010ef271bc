"""Install a systemd unit that runs `emotion-edge run` at every boot, with the settings in
/etc/emotion-edge.toml; or print it. Units that update its model come with it. All are off until you
enable them.

  sudo /opt/emotion-edge/bin/emotion-edge install-service

The service runs as its own user in the group video. It is restarted if it fails, unless the
settings are wrong, and if it has not processed a frame for a minute.

  emotion-edge-update.timer           once a day, `emotion-edge update`
  emotion-edge-update-request.path    as soon as somebody asks by MQTT, such as Home Assistant

A unit that this program wrote is replaced. If somebody has changed or masked one, none is installed
without --force. Exit codes: 0 installed, 1 no systemd or a full disk, 2 not installed.
"""

import logging
import os
import re
import sys
import sysconfig
from collections.abc import Generator, Mapping
from pathlib import Path

from emotion_edge.commands.service.present import check_present
from emotion_edge.commands.service.units import REQUEST_PATH, UNIT, UNITS, UPDATE_TIMER, render
from emotion_edge.errors import RunError, UserError
from emotion_edge.util.atomic_write import staged_write

log = logging.getLogger(__name__)
FOLDER, RUNTIME_FOLDER = Path("/etc/systemd/system"), Path("/run/systemd/system")
PACKAGED = Path("/usr/lib/systemd/system", UNIT)  # the Debian package's, docs/packages.md
# Hidden from the service by ProtectHome and PrivateTmp.
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - nothing is put there
NEXT = """\
{path} is written, and beside it what updates the model. The service reads
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
`sudo systemctl restart emotion-edge` applies new settings, `reload` a new model file.
To update the model from a server, once this device is enrolled (emotion-edge update --help):
  sudo systemctl enable --now {timer}         once a day
  sudo systemctl enable --now {request}  when asked by MQTT"""


def install_service(*, print_only: str | None, force: bool = False) -> Generator[str, None, None]:
    """Yield the unit named `print_only`; without a name install all and yield what to do next.

    force: replace whatever is there. Raises UserError if the service could not start the program,
    the user may not install it, or somebody has changed a unit, and RunError without systemd or on
    a full disk.
    """
    program = Path(sysconfig.get_path("scripts")) / "emotion-edge"
    problem = _find_problem(program)
    if print_only:
        if problem:
            log.warning("%s", problem)
        yield render(print_only, program).rstrip("\n")
    elif problem:
        raise UserError(problem)
    else:
        _check_folder(program)
        units = {name: render(name, program) for name in UNITS}
        if not force:
            _check_all(units)
        _write(units)
        yield NEXT.format(path=FOLDER / UNIT, timer=UPDATE_TIMER, request=REQUEST_PATH)


def _write(units: Mapping[str, str]) -> None:
    with staged_write(FOLDER) as stage:
        for name, unit in units.items():
            (stage / name).write_text(unit, encoding="utf-8")
            (stage / name).chmod(0o644)


def _check_all(units: Mapping[str, str]) -> None:
    """Raise UserError if the units are a package's, or somebody has masked or changed one."""
    if PACKAGED.exists():
        raise UserError(
            f"{PACKAGED}: the service belongs to the Debian package",
            "start it with: sudo systemctl enable --now emotion-edge",
        )
    for name, unit in units.items():
        check_present(name, unit, (FOLDER, RUNTIME_FOLDER))


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
