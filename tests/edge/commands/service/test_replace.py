"""`emotion-edge install-service` replaces only a unit that it wrote itself."""

import hashlib
import shutil
from pathlib import Path

import pytest

from emotion_edge.commands.service.units import UNIT, UNITS
from tests.edge.command_line import own_lines
from tests.edge.commands.service.installing import install


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
    # A version that had no units for updates.
    for name in UNITS[1:]:
        (folder / name).unlink()
    (folder / UNIT).write_text(
        f"# An older remark.\n# The sha256 of all below is {digest}\n{older}"
    )
    assert install(folder).returncode == 0
    assert (folder / UNIT).read_text() == unit.read_text()
    assert {path.name for path in folder.iterdir()} == set(UNITS)


@pytest.mark.parametrize("name", UNITS[1:])
def test_one_changed_unit_of_several_keeps_all_as_they_are(name, tmp_path):
    assert install(tmp_path).returncode == 0
    path = tmp_path / name
    written = path.read_text()
    path.write_text(written + "# mine\n")
    (tmp_path / UNIT).unlink()
    before = state(tmp_path)
    result = install(tmp_path)
    assert result.returncode == 2
    assert f"{path}: somebody has changed it" in result.stderr
    path.unlink()
    path.symlink_to("/dev/null")
    refused = install(tmp_path)
    assert f"sudo systemctl unmask {name.removesuffix('.service')}, or" in refused.stderr
    assert state(tmp_path).keys() == before.keys()
    assert install(tmp_path, "--force").returncode == 0
    assert path.read_text() == written
    assert (tmp_path / UNIT).exists()


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
