"""The systemd unit, and where it is installed. None starts it: that takes systemd as PID 1."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.commands import install_service
from tests.edge.conftest import edge as emotion_edge
from tests.edge.conftest import own_words

MOST_EXPOSED = 2.0
needs_systemd = pytest.mark.skipif(
    None in map(shutil.which, ("systemd-analyze", "kill")),
    reason="systemd-analyze or kill (procps) is not installed",
)


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def unit(tmp_path) -> Path:
    """The unit that --print prints."""
    result = emotion_edge("install-service", "--print")
    assert result.returncode == 0, result.stderr
    path = tmp_path / "emotion-edge.service"
    path.write_text(result.stdout)
    return path


def settings(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if line and line[0] not in "#["]


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_unit(unit):
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


def test_the_unit_starts_the_program_of_this_environment(unit):
    program = Path(sys.executable).parent / "emotion-edge"
    assert f"ExecStart={program} run" in settings(unit)
    assert "@" not in unit.read_text().replace("@system-service", "").replace("@privileged", "")


def test_nothing_in_it_gives_away_secrets_or_frames_and_a_wrong_setting_is_not_retried(unit):
    lines = settings(unit)
    assert "LimitCORE=0" in lines
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=2" in lines
    assert "LoadCredential=emotion-edge.password" in lines  # no path: it may be missing
    assert not [line for line in lines if line.startswith(("Environment", "SetCredential"))]


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=60",
        "SupplementaryGroups=video",
        "StateDirectory=emotion-edge",
        "DeviceAllow=char-media rw",
        "DeviceAllow=char-video4linux rw",
        "ExecReload=kill -HUP $MAINPID",
        "WantedBy=multi-user.target",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ],
)
def test_it_has_what_the_service_cannot_do_without(unit, line):
    assert line in settings(unit)


def install(
    folder: Path, *arguments: str, hidden: tuple[str, ...] = ("/nowhere",), prefix: tuple = ()
) -> subprocess.CompletedProcess[str]:
    """Run install-service where the units are in `folder` and the service cannot see `hidden`."""
    code = (
        "import sys; from pathlib import Path;"
        "from emotion_edge.commands import install_service as service;"
        "from emotion_edge.__main__ import main;"
        f"service.FOLDER, service.HIDDEN = Path({str(folder)!r}), {hidden!r};"
        "sys.exit(main(['install-service', *sys.argv[1:]]))"
    )
    command = [*prefix, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_installed_and_what_comes_next_is_said(unit, tmp_path):
    result = install(tmp_path)
    assert result.returncode == 0, result.stderr
    installed = tmp_path / install_service.UNIT
    assert installed.read_text() == unit.read_text()
    assert installed.stat().st_mode & 0o777 == 0o644
    for word in (installed, "/etc/emotion-edge.toml", "/etc/credstore/emotion-edge.password"):
        assert str(word) in result.stdout
    assert "systemctl enable --now emotion-edge" in result.stdout


def test_a_program_that_the_service_cannot_see_is_refused(tmp_path):
    here = str(Path(install_service.__file__).resolve().parent)
    result = install(tmp_path, hidden=(here,))
    assert result.returncode == 2
    (line,) = own_words(result.stderr)
    assert here in line
    assert "/opt/emotion-edge" in line
    assert list(tmp_path.iterdir()) == []


def test_home_folders_and_temporary_ones_are_hidden():
    assert {"/home", "/root", "/tmp"} <= set(install_service.HIDDEN)


def test_print_only_warns(tmp_path):
    result = install(tmp_path, "--print", hidden=("/",))
    assert result.returncode == 0
    assert "[Service]" in result.stdout
    (line,) = own_words(result.stderr)
    assert "the service cannot see" in line
    assert list(tmp_path.iterdir()) == []


def test_without_systemd_it_says_so(tmp_path):
    result = install(tmp_path / "none")
    assert result.returncode == 1
    assert "is there no systemd?" in result.stderr


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may write everywhere; setpriv is missing"
)
def test_who_is_not_root_is_told_the_command(tmp_path):
    tmp_path.chmod(0o555)
    result = install(tmp_path, prefix=("setpriv", "--bounding-set=-dac_override"))
    assert result.returncode == 2
    program = Path(sys.executable).parent / "emotion-edge"
    assert f"only root may write there: sudo {program} install-service" in result.stderr
