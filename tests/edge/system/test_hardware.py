"""Temperature, throttling and memory, read from simulated systems."""

import time
from mmap import PAGESIZE, mmap
from pathlib import Path

import pytest

from emotion_edge.system.hardware import cpu_temperature, resident_memory, throttling_reasons


def add_zone(root: Path, name: str, kind: str, temp: str) -> None:
    folder = root / "sys/class/thermal" / name
    folder.mkdir(parents=True)
    (folder / "type").write_text(kind + "\n")
    (folder / "temp").write_text(temp + "\n")


def fake_vcgencmd(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a vcgencmd that runs `script` on $PATH."""
    program = folder / "vcgencmd"
    program.write_text(f'#!/bin/sh\n[ "$*" = get_throttled ] || exit 1\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_temperature_is_in_degrees(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone0", "cpu-thermal", "48312")
    assert cpu_temperature(tmp_path) == 48.312


def test_the_processors_zone_comes_before_others(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone0", "rp1_adc", "20000")
    add_zone(tmp_path, "thermal_zone1", "cpu-thermal", "-5500")
    assert cpu_temperature(tmp_path) == -5.5


def test_without_a_processors_zone_the_first_one_is_read(tmp_path: Path) -> None:
    add_zone(tmp_path, "thermal_zone1", "acpitz", "30000")
    add_zone(tmp_path, "thermal_zone0", "acpitz", "27800")
    assert cpu_temperature(tmp_path) == 27.8


def test_without_a_readable_sensor_the_temperature_is_unknown(tmp_path: Path) -> None:
    assert cpu_temperature(tmp_path) is None
    add_zone(tmp_path, "thermal_zone0", "cpu-thermal", "")
    assert cpu_temperature(tmp_path) is None


def test_a_healthy_pi_is_not_throttled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_vcgencmd(monkeypatch, tmp_path, "echo throttled=0x0")
    assert throttling_reasons() == []


def test_each_bit_of_throttling_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_vcgencmd(monkeypatch, tmp_path, "echo throttled=0x50005")
    assert throttling_reasons() == [
        "under-voltage",
        "throttled",
        "under-voltage since boot",
        "throttled since boot",
    ]
    fake_vcgencmd(monkeypatch, tmp_path, "echo throttled=0xa000a")
    assert throttling_reasons() == [
        "frequency capped",
        "soft temperature limit",
        "frequency capped since boot",
        "soft temperature limit since boot",
    ]


@pytest.mark.parametrize(
    "script", ["echo VCHI initialization failed; exit 255", "echo throttled=0x0; exit 1", "echo"]
)
def test_throttling_is_unknown_if_the_firmware_gives_no_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    fake_vcgencmd(monkeypatch, tmp_path, script)
    assert throttling_reasons() is None


def test_throttling_is_unknown_if_the_firmware_hangs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_vcgencmd(monkeypatch, tmp_path, "exec sleep 60")
    start = time.monotonic()
    assert throttling_reasons() is None
    assert time.monotonic() - start < 10


def test_throttling_is_unknown_without_vcgencmd(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert throttling_reasons() is None


def test_memory_grows_by_an_allocation() -> None:
    before = resident_memory()
    with mmap(-1, 64 * 2**20) as allocated:  # numpy may be given memory that was freed before
        for page in range(0, len(allocated), PAGESIZE):
            allocated[page] = 1
        after = resident_memory()
        assert before is not None
        assert after is not None
        assert 0.9 < (after - before) / len(allocated) < 1.5
    assert before > 2**20


def test_memory_is_unknown_without_proc(tmp_path: Path) -> None:
    assert resident_memory(tmp_path) is None
