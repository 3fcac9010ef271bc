"""What befalls the process: a new model, a full disk, a closed stdout, a clock that steps back."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from tests.edge.conftest import FLOAT32, INT8, edge
from tests.edge.faults.parts import Daemon, Listener, colours, steady, until
from tests.edge.test_golden import with_swapped_picture
from tests.edge.test_stream import scene

plain = pytest.mark.parametrize("broker", ["plain"], indirect=True)


@plain
def test_a_model_is_read_anew_on_sighup_if_it_is_good(broker, daemon, changing, tmp_path):
    model = shutil.copy(INT8, tmp_path / "model.tflite")
    ear = Listener(broker)
    run = daemon("--source", changing, "--model", model, "--to", "-", *broker.options)
    run.wait_lines(1)
    model.write_bytes(b"garbage")  # of no consequence until it is told so
    run.wait_lines(2)
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr(f"keeping the present model: {model}: not a .tflite model")
    run.wait_lines(2)
    model.write_bytes(INT8.read_bytes()[:-3000])
    run.process.send_signal(signal.SIGHUP)
    until(lambda: run.stderr.count("keeping the present model") == 2, "the second refusal")
    run.wait_lines(2)
    model.write_bytes(with_swapped_picture(INT8))  # it would run, but computes different results
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr("this machine computes different results than convert did")
    run.wait_lines(2)
    assert "loaded again" not in run.stderr
    shutil.copy(FLOAT32, tmp_path / "new")
    (tmp_path / "new").replace(model)
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr(f"{model}: loaded again")
    run.wait_lines(2)
    assert {line["label"] for line in run.stdout} == {"red", "green", "blue"}
    assert run.end()[0] == 0
    ear.wait("availability", "offline")
    assert ear.of("availability") == ["online", "offline"]  # through all of it
    told = ["unknown", *(line["label"] for line in run.stdout)]
    assert ear.of("state") == [now for was, now in pairwise([None, *told]) if now != was]


@plain
def test_a_full_disk_under_stdout_ends_it_with_1_and_offline(broker, daemon, changing):
    ear = Listener(broker)
    with Path("/dev/full").open("wb") as full:
        run = daemon("--source", changing, "--to", "-", *broker.options, stdout=full)
        assert run.process.wait(20) == 1
    ear.wait("availability", "offline")
    assert "error: [Errno 28] No space left on device" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_full_disk_under_the_state_directory_is_no_matter(daemon, changing, tmp_path):
    # A file size limit of 0 and a directory that cannot be made: neither may stop the labels.
    (tmp_path / "file").touch()
    run = daemon("--source", changing, env={"XDG_STATE_HOME": str(tmp_path / "file")})
    run.wait_lines(1)
    assert "prohibited" in run.stderr
    assert run.end()[0] == 0


@plain
def test_a_reader_that_has_gone_ends_it_with_0_and_offline(broker, daemon, changing):
    ear = Listener(broker)
    run = daemon("--source", changing, "--to", "-", *broker.options, stdout=subprocess.PIPE)
    run.process.stdout.readline()
    run.process.stdout.close()
    assert run.process.wait(20) == 0
    ear.wait("availability", "offline")


def test_a_stdout_that_was_never_open_is_a_mistake_unless_it_is_not_needed(daemon, changing):
    def shut() -> None:
        os.close(1)

    run = daemon("--source", changing, preexec_fn=shut)
    assert run.process.wait(20) == 2
    assert "stdout is closed" in run.stderr
    run = daemon("--source", changing, "--to", "mqtt://localhost:1/x", preexec_fn=shut)
    run.wait_stderr("cannot connect")
    assert run.process.poll() is None


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
@plain
def test_a_clock_that_steps_back_an_hour_changes_only_the_time_that_is_said(
    broker, daemon, tmp_path
):
    offset = tmp_path / "offset"
    offset.write_text("0")
    shim = tmp_path / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)
    source = f"replay:{steady(tmp_path / 'recording')}"
    ear = Listener(broker)
    run = daemon(
        *("--source", source, "--heartbeat", 0.5, "--to", "-", *broker.options),
        env={"LD_PRELOAD": str(shim), "CLOCK_OFFSET": str(offset)},
    )
    run.wait_lines(3)
    offset.write_text("-3600")
    run.wait_lines(6)
    assert run.end()[0] == 0
    times = [line["time"] for line in run.stdout]
    assert times[-1] < times[0]  # the clock has been stepped back
    ear.wait("availability", "offline")
    assert ear.of("availability") == ["online", "offline"]
    assert ear.attributes()["time"] < times[0]
    seconds = [line["seconds"] for line in run.stdout]
    assert seconds == sorted(seconds)
    gaps = [after - before for before, after in pairwise(seconds)]
    assert max(gaps) < 60
    changes = [line["label"] for line in run.stdout if line["event"] == "change"]
    order = ["red", "green", "blue"] * 9
    assert changes == order[: len(changes)]


def test_a_secret_is_not_to_be_seen_by_others(daemon, changing):
    run = daemon("--source", changing, "--to", "mqtt://hall@localhost:1/x")
    run.wait_stderr("cannot connect")
    line = Path(f"/proc/{run.process.pid}/cmdline").read_bytes()
    assert b"correct horse" not in line
    assert "correct horse" not in run.stderr
    result = edge("run", "--model", INT8, "--source", changing, "--to", "mqtt://u:hush@h/x")
    assert result.returncode == 2
    assert "--password-file" in result.stderr
    assert "hush" not in result.stderr


def test_the_watchdog_sees_frames_not_loops(daemon, tmp_path):
    rows = [*(("red", i / 10, "") for i in range(20)), ("red", 2, "stall")]
    source = f"replay:{colours(tmp_path / 'r', rows)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        place = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        run = daemon("--source", source, "--stall", 0.5, env=place)
        assert systemd.recv(99) == b"READY=1"
        run.wait_stderr("no frame for 0.5 seconds; trying again in 2 s")
        systemd.settimeout(0.1)
        told = []
        with suppress(TimeoutError):
            while True:
                told.append(systemd.recv(999))
        assert 5 <= sum(b"WATCHDOG=1" in text for text in told) <= 20  # none by the attempts since
        assert b"STATUS=no frame for 0.5 seconds" in told


def _resident(run: Daemon) -> int:
    """Bytes of memory, but for those that come and go: up to three frames are held at times."""
    return _least(lambda: _status(run, "VmRSS") * 1024)


def _descriptors(run: Daemon) -> int:
    """Open files, but for those that come and go: the pictures of the recording."""
    return _least(lambda: len(list(Path(f"/proc/{run.process.pid}/fd").iterdir())))


def _status(run: Daemon, key: str) -> int:
    status = Path(f"/proc/{run.process.pid}/status").read_text()
    return int(re.search(rf"{key}:\s+(\d+)", status)[1])


def _least(look: Callable[[], int]) -> int:
    """Return the least of what is seen in about a second."""

    def seen() -> int:
        time.sleep(0.02)
        return look()

    return min(seen() for _ in range(50))


def faces(folder: Path, seconds: float, rate: float) -> Path:
    """Write a recording in which a face comes and goes each second."""
    for name, places in (("somebody", [(200, 120)]), ("nobody", [])):
        Image.fromarray(scene(*places)).save(folder / f"{name}.bmp")
    rows = [
        f"{('somebody', 'nobody')[int(i / rate) % 2]}.bmp,{i / rate:.3f}\n"
        for i in range(int(seconds * rate))
    ]
    (folder / "times.csv").write_text(f"file,seconds\n{''.join(rows)}")
    return folder


@plain
@pytest.mark.parametrize(("write", "rate", "short"), [(steady, 100, 2000), (faces, 30, 1000)])
def test_memory_and_descriptors_stay_what_they_are(
    broker, daemon, tmp_path, capsys, write, rate, short
):
    """A soak: some frames here, 20,000 by `make soak`."""
    frames = int(os.environ.get("SOAK_FRAMES", short))
    source = f"replay:{write(tmp_path, 2 * frames / rate, rate)}"
    switch = "off" if write is steady else "on"
    run = daemon(
        "--source", source, "--faces", switch, "--frames", frames, "--heartbeat", 1, *broker.options
    )
    ear = Listener(broker)

    def looked_at() -> int:
        assert run.process.poll() is None, "too slow: the recording ended before all frames"
        return ear.attributes()["frames"] if ear.of("attributes") else 0

    warm = max(frames // 4, 600)  # until then the memory's arenas find their sizes
    until(lambda: looked_at() >= warm, "the warm-up", 1200)
    memory, descriptors = _resident(run), _descriptors(run)
    until(lambda: looked_at() >= frames - 5 * rate, "nearly all frames", 2400)
    grown = _resident(run) - memory
    assert _descriptors(run) == descriptors
    assert run.process.wait(60) == 0
    with capsys.disabled():
        sys.stdout.write(f"\n{frames} frames: {memory:,} bytes resident, grown by {grown:,}\n")
    assert grown < 2_000_000
