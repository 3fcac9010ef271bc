"""The units that update the model. No test starts them: that needs systemd as PID 1."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.commands.service.units import UNIT, UNITS
from tests.edge.command_line import edge

MOST_EXPOSED = 3.0  # root's, with the network
UPDATE, REQUEST = "emotion-edge-update.service", "emotion-edge-update-request.service"
needs_systemd = pytest.mark.skipif(
    None in map(shutil.which, ("systemd-analyze", "kill")),
    reason="systemd-analyze or kill (procps) is not installed",
)


def printed(name: str) -> str:
    result = edge("install-service", "--print", name)
    assert result.returncode == 0, result.stderr
    return result.stdout


def settings(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.M):
        found.setdefault(key, []).append(value)
    return found


@pytest.fixture
def folder(tmp_path) -> Path:
    """All units, as they are installed."""
    for name in UNITS:
        (tmp_path / name).write_text(printed(name))
    return tmp_path


@needs_systemd
def test_systemd_accepts_all_units_together_without_a_warning(folder):
    command = ["systemd-analyze", "verify", "--man=no", *(folder / name for name in UNITS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("name", [UPDATE, REQUEST])
def test_the_updates_are_hardly_exposed(name, folder):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    result = subprocess.run([*command, folder / name], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (line,) = (line for line in result.stdout.splitlines() if "Overall exposure level" in line)
    assert 0 < float(line.split(": ")[1].split()[0]) <= MOST_EXPOSED


def test_both_services_differ_only_in_what_they_do():
    given = [settings(printed(name)) for name in (UPDATE, REQUEST)]
    program = Path(sys.executable).parent / "emotion-edge"
    ends = [each.pop("ExecStart") for each in given]
    assert ends == [[f"{program} update"], [f"{program} update --requested"]]
    # A request waits until the daily update has ended.
    assert [each.pop("After")[0] for each in given] == [
        "network-online.target",
        f"network-online.target {UPDATE}",
    ]
    # Or a request that is never taken would be taken again and again.
    assert "rm -rf /run/emotion-edge/update-request" in given[1].pop("ExecStopPost")[0]
    for each in given:
        del each["Description"]
    assert given[0] == given[1]


def test_an_update_may_write_models_and_answer_the_daemon_and_nothing_else():
    given = settings(printed(UPDATE))
    assert given["ProtectSystem"] == ["strict"]
    assert given["StateDirectory"] == ["emotion-edge-models"]
    assert given["ReadWritePaths"] == ["/run -/etc/credstore"]
    assert "User" not in given and "Restart" not in given
    assert given["UMask"] == ["0022"], "the daemon reads the models as another user"


def test_the_daemons_folder_ends_with_it():
    given = settings(printed(UNIT))
    assert given["RuntimeDirectory"] == ["emotion-edge"]
    assert "RuntimeDirectoryPreserve" not in given


def test_a_request_is_taken_as_soon_as_it_is_there_and_none_is_lost():
    given = settings(printed("emotion-edge-update-request.path"))
    assert given["PathExists"] == ["/run/emotion-edge/update-request"]
    assert "Unit" not in given  # so it is the service of the same name


def test_devices_come_at_different_times_once_a_day():
    given = settings(printed("emotion-edge-update.timer"))
    assert given["OnCalendar"] == ["daily"]
    assert given["RandomizedDelaySec"] == ["6h"]
    assert given["FixedRandomDelay"] == given["Persistent"] == ["yes"]


@pytest.mark.parametrize("name", ["other.service", "../errors.py", ""])
def test_only_units_are_printed(name):
    result = edge("install-service", "--print", name)
    assert result.returncode == 2
    assert "emotion-edge-update.timer" in result.stderr
