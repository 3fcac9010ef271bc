"""Doctor checks the machine, numpy, the disk and the clock."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from emotion_edge.commands.doctor import system_checks as checks
from emotion_edge.commands.doctor.system_checks import (
    judge_machine,
    judge_temperature,
    judge_throttling,
    spoils_picamera2,
)
from tests.edge.command_line import command


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may read everything; setpriv is missing"
)
def test_a_state_directory_in_an_inaccessible_folder_is_checked(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    program = (
        "from emotion_edge.commands.doctor.system_checks import disk\n"
        "for finding in disk(): print(finding)"
    )
    result = subprocess.run(
        [*drop, sys.executable, "-c", program],
        env={**os.environ, "STATE_DIRECTORY": str(closed / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"free at {closed}" in result.stdout


def test_machines_are_judged():
    assert judge_machine("", "aarch64", 64).status == "ok"
    assert judge_machine("", "aarch64", 32).status == "fail"  # 32-bit system, 64-bit kernel
    assert "64-bit Raspberry Pi OS" in judge_machine("", "armv7l", 32).remedy
    assert judge_machine("", "riscv64", 64).status == "warn"


def test_heat_and_a_weak_power_supply_are_warnings():
    assert judge_temperature(79.9).status == "ok"
    assert judge_temperature(80.0).status == "warn"
    assert judge_throttling([]).status == "ok"
    weak = judge_throttling(["under-voltage", "throttled"])
    assert (weak.status, weak.found) == ("warn", "under-voltage, throttled")


def test_a_numpy_that_hides_the_one_from_apt_is_detected(tmp_path):
    (tmp_path / "apt" / "picamera2").mkdir(parents=True)
    apt, path = tmp_path / "apt", [str(tmp_path / "apt")]
    assert spoils_picamera2(tmp_path / "venv" / "numpy", apt, path)
    assert not spoils_picamera2(apt / "numpy", apt, path)
    assert not spoils_picamera2(tmp_path / "venv" / "numpy", apt, [])
    assert not spoils_picamera2(tmp_path / "venv" / "numpy", tmp_path / "none", path)


def test_a_full_disk_and_a_clock_in_the_past_are_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "not" / "there yet"))
    (good,) = checks.disk()
    assert (good.status, str(tmp_path) in good.found) == ("ok", True)
    monkeypatch.setattr(checks, "MIN_FREE_BYTES", 1e18)
    (full,) = checks.disk()
    assert full.status == "warn"
    monkeypatch.setattr(checks, "FIRST_YEAR", 3000)
    (past,) = checks.clock()
    assert (past.status, "past" in past.found) == ("fail", True)


def test_a_read_only_disk_is_reported(tmp_path):
    mount = "mount -t tmpfs -o ro tmpfs "
    if subprocess.run(["unshare", "-m", "sh", "-c", mount + str(tmp_path)], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    program = shlex.join(command("doctor"))
    result = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount}{tmp_path}; exec {program}"],
        env={**os.environ, "STATE_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"at {tmp_path}, read-only -> " in result.stdout
    assert "warn  disk:" in result.stdout


def test_a_synchronised_clock_is_accepted(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "SYNCHRONIZED", tmp_path)
    (finding,) = checks.clock()
    assert finding.status == "ok"
