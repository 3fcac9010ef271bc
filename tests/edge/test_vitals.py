"""Temperature, throttling and memory, read from made-up systems."""

import time
from pathlib import Path

import numpy as np
import pytest

from emotion_edge.system.hardware import cpu_temperature, resident_memory, throttling_reasons


def add_zone(root: Path, name: str, kind: str, temp: str) -> None:
    folder = root / "sys/class/thermal" / name
    folder.mkdir(parents=True)
    (folder / "type").write_text(kind + "\n")
    (folder / "temp").write_text(temp + "\n")


def answer(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a vcgencmd that runs `script` on the path."""
    program = folder / "vcgencmd"
    program.write_text(f'#!/bin/sh\n[ "$*" = get_throttled ] || exit 1\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_temperature_is_in_degrees(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone0", "cpu-thermal", "48312")
    assert cpu_temperature(tmp_path) == 48.312


def test_the_processor_goes_before_other_zones(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone0", "rp1_adc", "20000")
    add_zone(tmp_path, "thermal_zone1", "cpu-thermal", "-5500")
    assert cpu_temperature(tmp_path) == -5.5


def test_without_a_processors_zone_the_first_counts(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone1", "acpitz", "30000")
    add_zone(tmp_path, "thermal_zone0", "acpitz", "27800")
    assert cpu_temperature(tmp_path) == 27.8


def test_no_sensor_or_one_that_cannot_be_read_is_no_temperature(tmp_path: Path) -> None:
    assert cpu_temperature(tmp_path) is None
    add_zone(tmp_path, "thermal_zone0", "cpu-thermal", "")
    assert cpu_temperature(tmp_path) is None


def test_a_healthy_pi_is_not_throttled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer(monkeypatch, tmp_path, "echo throttled=0x0")
    assert throttling_reasons() == []


def test_throttling_is_told_bit_by_bit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer(monkeypatch, tmp_path, "echo throttled=0x50005")
    assert throttling_reasons() == [
        "under-voltage",
        "throttled",
        "under-voltage since boot",
        "throttled since boot",
    ]
    answer(monkeypatch, tmp_path, "echo throttled=0xa000a")
    assert throttling_reasons() == [
        "frequency capped",
        "soft temperature limit",
        "frequency capped since boot",
        "soft temperature limit since boot",
    ]


@pytest.mark.parametrize(
    "script", ["echo VCHI initialization failed; exit 255", "echo throttled=0x0; exit 1", "echo"]
)
def test_a_firmware_that_does_not_tell_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    answer(monkeypatch, tmp_path, script)
    assert throttling_reasons() is None


def test_a_firmware_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, tmp_path, "exec sleep 60")
    start = time.monotonic()
    assert throttling_reasons() is None
    assert time.monotonic() - start < 10


def test_no_vcgencmd_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert throttling_reasons() is None


def test_memory_grows_by_what_is_taken() -> None:
    before = resident_memory()
    taken = np.ones(64 * 2**20, np.uint8)
    after = resident_memory()
    assert before is not None
    assert after is not None
    assert 0.9 < (after - before) / len(taken) < 1.5
    assert before > 2**20


def test_without_proc_memory_is_unknown(tmp_path: Path) -> None:
    assert resident_memory(tmp_path) is None
