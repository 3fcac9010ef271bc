"""The daemon's memory and open files do not grow: some frames here, 20,000 by `make soak`."""

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.daemon import Daemon
from tests.edge.photographs import frame_with_heads
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import until


def resident_bytes(run: Daemon) -> int:
    """Return the memory, without the up to three frames that are held at times."""
    status = Path(f"/proc/{run.process.pid}/status")
    return minimum(lambda: 1024 * int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]))


def open_files(run: Daemon) -> int:
    """Return the number of open files, without the recording's pictures."""
    return minimum(lambda: len(list(Path(f"/proc/{run.process.pid}/fd").iterdir())))


def minimum(measure: Callable[[], int]) -> int:
    """Return the smallest of 50 measurements in about a second."""

    def measure_later() -> int:
        time.sleep(0.02)
        return measure()

    return min(measure_later() for _ in range(50))


def write_faces(folder: Path, seconds: float, rate: float) -> Path:
    """Write a recording in which a face comes and goes each second."""
    for name, places in (("somebody", [(200, 120)]), ("nobody", [])):
        Image.fromarray(frame_with_heads(*places)).save(folder / f"{name}.bmp")
    rows = [
        f"{('somebody', 'nobody')[int(i / rate) % 2]}.bmp,{i / rate:.3f}\n"
        for i in range(int(seconds * rate))
    ]
    (folder / "times.csv").write_text(f"file,seconds\n{''.join(rows)}")
    return folder


@plain_broker
@pytest.mark.parametrize(
    ("write", "rate", "short"), [(write_changing_colours, 100, 2000), (write_faces, 30, 1000)]
)
def test_memory_and_open_files_do_not_grow(broker, daemon, tmp_path, capsys, write, rate, short):
    frames = int(os.environ.get("SOAK_FRAMES", short))
    source = f"replay:{write(tmp_path, 2 * frames / rate, rate)}"
    faces = "on" if write is write_faces else "off"
    options = ("--faces", faces, "--frames", frames, "--heartbeat", 1, *broker.options)
    run = daemon("--source", source, *options)
    listener = Listener(broker)

    def processed() -> int:
        assert run.process.poll() is None, "too slow: the recording ended before all frames"
        return listener.attributes()["frames"] if listener.of("attributes") else 0

    warm = max(frames // 4, 600)  # until then the allocator's arenas grow
    until(lambda: processed() >= warm, "the warm-up", 1200)
    memory, files = resident_bytes(run), open_files(run)
    until(lambda: processed() >= frames - 5 * rate, "nearly all frames", 2400)
    growth = resident_bytes(run) - memory
    assert open_files(run) == files
    assert run.process.wait(60) == 0
    with capsys.disabled():
        sys.stdout.write(f"\n{frames} frames: {memory:,} bytes resident, grown by {growth:,}\n")
    assert growth < 2_000_000
