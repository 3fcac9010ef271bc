"""The systemd unit and its installation. No test starts it: that needs systemd as PID 1."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.commands.service import install as install_service
from emotion_edge.commands.service.units import REQUEST_PATH, UNIT, UNITS, UPDATE_TIMER
from tests.edge.command_line import own_lines
from tests.edge.commands.service.installing import install

MOST_EXPOSED = 2.0
needs_systemd = pytest.mark.skipif(
    None in map(shutil.which, ("systemd-analyze", "kill")),
    reason="systemd-analyze or kill (procps) is not installed",
)


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def settings(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if line and line[0] not in "#["]


@needs_systemd
def test_systemd_accepts_the_unit_without_a_warning(unit):
    result = analyze("verify", "--man=no", unit)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
def test_the_service_is_hardly_exposed(unit, capsys):
    result = analyze("security", "--offline=true", "--no-pager", unit)
    assert result.returncode == 0, result.stderr
    (line,) = (line for line in result.stdout.splitlines() if "Overall exposure level" in line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line.strip()}\n")  # `make test` shows it
    score = line.split(": ")[1].split()[0]
    assert 0 < float(score) <= MOST_EXPOSED


def test_the_unit_starts_the_program_in_this_environment(unit):
    program = Path(sys.executable).parent / "emotion-edge"
    assert f"ExecStart={program} run" in settings(unit)
    assert "@" not in unit.read_text().replace("@system-service", "").replace("@privileged", "")


def test_the_unit_leaks_neither_secrets_nor_frames_and_does_not_retry_bad_settings(unit):
    lines = settings(unit)
    assert "LimitCORE=0" in lines
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=2" in lines
    # Without a path a credential may be missing.
    assert "LoadCredential=emotion-edge.password" in lines
    assert "LoadCredential=emotion-edge.source-password" in lines
    assert "LoadCredential=emotion-edge.web-password" in lines
    assert "LoadCredential=emotion-edge.taught" in lines
    assert not [line for line in lines if line.startswith(("Environment", "SetCredential"))]


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=60",
        "SupplementaryGroups=video",
        "StateDirectory=emotion-edge",
        "RuntimeDirectory=emotion-edge",
        "DeviceAllow=char-media rw",
        "DeviceAllow=char-video4linux rw",
        "ExecReload=kill -HUP $MAINPID",
        "MemoryMax=512M",
        "TasksMax=128",
        "WantedBy=multi-user.target",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ],
)
def test_the_unit_has_every_required_setting(unit, line):
    assert line in settings(unit)


CREDENTIALS = tuple(
    f"/etc/credstore/emotion-edge.{name}"
    for name in ("password", "source-password", "web-password", "taught")
)


def test_the_unit_is_installed_and_the_next_steps_are_printed(unit, tmp_path):
    result = install(tmp_path)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == set(UNITS)
    installed = tmp_path / UNIT
    assert installed.read_text() == unit.read_text()
    assert installed.stat().st_mode & 0o777 == 0o644
    for path in (installed, "/etc/emotion-edge.toml", *CREDENTIALS):
        assert str(path) in result.stdout
    assert "systemctl enable --now emotion-edge\n" in result.stdout
    for name in (UPDATE_TIMER, REQUEST_PATH):
        assert re.search(
            rf"once this device is enrolled.*enable --now {name} ", result.stdout, re.S
        )


def test_a_program_in_a_hidden_folder_is_refused(tmp_path):
    here = str(Path(install_service.__file__).resolve().parent)
    result = install(tmp_path, hidden=(here,))
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert here in line
    assert "/opt/emotion-edge" in line
    assert list(tmp_path.iterdir()) == []


def test_home_and_temporary_folders_are_hidden():
    assert {"/home", "/root", "/tmp"} <= set(install_service.HIDDEN)


def test_print_only_warns_about_a_hidden_folder(tmp_path):
    result = install(tmp_path, "--print", hidden=("/",))
    assert result.returncode == 0
    assert "[Service]" in result.stdout
    (line,) = own_lines(result.stderr)
    assert "the service cannot see" in line
    assert list(tmp_path.iterdir()) == []


def test_without_systemd_the_error_says_so(tmp_path):
    result = install(tmp_path / "none")
    assert result.returncode == 1
    assert "is there no systemd?" in result.stderr


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may write everywhere; setpriv is missing"
)
def test_without_root_the_error_gives_the_command(tmp_path):
    tmp_path.chmod(0o555)
    result = install(tmp_path, prefix=("setpriv", "--bounding-set=-dac_override"))
    assert result.returncode == 2
    program = Path(sys.executable).parent / "emotion-edge"
    assert f"only root may write there: sudo {program} install-service" in result.stderr
