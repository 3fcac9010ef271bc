"""The systemd unit and its installation. No test starts it: that needs systemd as PID 1."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.commands import install_service
from emotion_edge.commands.install_service import UNIT
from tests.edge.command_line import edge, own_lines

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
    """The unit printed by --print."""
    result = edge("install-service", "--print")
    assert result.returncode == 0, result.stderr
    path = tmp_path / "emotion-edge.service"
    path.write_text(result.stdout)
    return path


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
    assert (
        "LoadCredential=emotion-edge.password" in lines
    )  # without a path the credential may be missing
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
        "MemoryMax=512M",
        "TasksMax=128",
        "WantedBy=multi-user.target",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ],
)
def test_the_unit_has_every_required_setting(unit, line):
    assert line in settings(unit)


def install(
    folder: Path, *arguments: str, hidden: tuple[str, ...] = ("/nowhere",), prefix: tuple = ()
) -> subprocess.CompletedProcess[str]:
    """Run install-service for units in `folder` and a service that cannot see `hidden`."""
    code = (
        "import sys; from pathlib import Path;"
        "from emotion_edge.commands import install_service as service;"
        "from emotion_edge.__main__ import main;"
        f"service.FOLDER, service.HIDDEN = Path({str(folder)!r}), {hidden!r};"
        "service.RUNTIME_FOLDER = service.FOLDER / 'run';"
        "sys.exit(main(['install-service', *sys.argv[1:]]))"
    )
    command = [*prefix, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_unit_is_installed_and_the_next_steps_are_printed(unit, tmp_path):
    result = install(tmp_path)
    assert result.returncode == 0, result.stderr
    installed = tmp_path / install_service.UNIT
    assert installed.read_text() == unit.read_text()
    assert installed.stat().st_mode & 0o777 == 0o644
    for path in (installed, "/etc/emotion-edge.toml", "/etc/credstore/emotion-edge.password"):
        assert str(path) in result.stdout
    assert "systemctl enable --now emotion-edge" in result.stdout


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


def test_an_unchanged_unit_is_replaced_also_one_of_another_version(unit, tmp_path):
    folder = tmp_path / "system"
    folder.mkdir()
    assert install(folder).returncode == 0
    assert install(folder).returncode == 0  # as it is
    (folder / f"{UNIT}.d").mkdir()
    (folder / f"{UNIT}.d" / "override.conf").write_text("[Service]\nWatchdogSec=600\n")
    assert install(folder).returncode == 0  # nothing is replaced by another unit
    shutil.rmtree(folder / f"{UNIT}.d")
    older = unit.read_text().split("\n", 2)[2].replace("WatchdogSec=60", "WatchdogSec=50")
    digest = hashlib.sha256(older.encode()).hexdigest()
    (folder / UNIT).write_text(
        f"# An older remark.\n# The sha256 of all below is {digest}\n{older}"
    )
    assert install(folder).returncode == 0
    assert (folder / UNIT).read_text() == unit.read_text()


def change(path: Path, unit: str) -> None:
    path.write_text(unit.replace("WatchdogSec=60", "WatchdogSec=600"))


def mask(path: Path, unit: str) -> None:
    path.symlink_to("/dev/null")


def mask_at_runtime(path: Path, unit: str) -> None:
    (path.parent / "run").mkdir()
    (path.parent / "run" / UNIT).symlink_to("/dev/null")


def empty(path: Path, unit: str) -> None:
    path.touch()


def link(path: Path, unit: str) -> None:
    (path.parent / "elsewhere").write_text(unit)
    path.symlink_to(path.parent / "elsewhere")


def loop(path: Path, unit: str) -> None:
    path.symlink_to(path)


def extend(path: Path, unit: str) -> None:
    older = unit.split("\n", 2)[2].replace("UMask=0077", "UMask=0007")
    digest = hashlib.sha256(older.encode()).hexdigest()
    path.write_text(f"#\n# The sha256 of all below is {digest}\n{older}")
    (path.parent / f"{UNIT}.d").mkdir()
    (path.parent / f"{UNIT}.d" / "more.conf").touch()


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (change, "-WatchdogSec=600"),
        (mask, "is masked; sudo systemctl unmask emotion-edge"),
        (mask_at_runtime, "run/emotion-edge.service: it is masked"),
        (empty, "is masked"),
        (link, "elsewhere"),
        (loop, "is a link to"),
        (extend, "more.conf may not fit"),
    ],
)
def test_what_somebody_has_made_is_replaced_only_by_force(spoil, expected, unit, tmp_path):
    folder = tmp_path / "system"
    folder.mkdir()
    path = folder / UNIT
    spoil(path, unit.read_text())
    before = state(folder)
    result = install(folder)
    assert result.returncode == 2
    assert expected in result.stderr
    assert "--force" in own_lines(result.stderr)[-1]
    assert state(folder) == before
    assert install(folder, "--force").returncode == 0
    assert not path.is_symlink()
    assert path.read_text() == unit.read_text()


def test_a_folder_in_its_place_stays(tmp_path):
    (tmp_path / UNIT).mkdir()
    result = install(tmp_path)
    assert result.returncode == 2
    assert "is not a file; remove it" in result.stderr
    assert install(tmp_path, "--force").returncode == 1
    assert (tmp_path / UNIT).is_dir()


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
