"""What --metrics serves, asked of the daemon as Prometheus asks it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emotion_edge.system.hardware import cpu_temperature
from tests.edge.conftest import INT8, command, edge, own_words, save

parser = pytest.importorskip("prometheus_client.parser")


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as free:
        free.bind((host, 0))
        return free.getsockname()[1]


def recording(folder: Path, faults: dict[int, str] | None = None, seconds: float = 120) -> str:
    """Write a recording of red, 20 frames a second; return it as a source."""
    save(folder / "red.png", "red")
    rows = [f"red.png,{i / 20:.2f},{(faults or {}).get(i, '')}" for i in range(int(seconds * 20))]
    (folder / "times.csv").write_text("\n".join(["file,seconds,fault", *rows]) + "\n")
    return f"replay:{folder}"


def scrape(port: int, host: str = "127.0.0.1") -> dict[str, float]:
    """Return the samples by name and labels: "name{label=value}"."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    text = answer.read().decode()
    connection.close()
    return {
        sample.name + "".join(f"{{{k}={v}}}" for k, v in sample.labels.items()): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def until(port: int, check: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """Scrape until something is so; return what was scraped then."""
    end, found = time.monotonic() + 30, {}
    while time.monotonic() < end:
        try:
            if check(found := scrape(port)):
                return found
        except ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"still not so: {found}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start daemons that do not outlive the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*options: object) -> subprocess.Popen[str]:
        words = command("run", "--model", INT8, "--faces", "off", *options)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(words, text=True, **pipes))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_frames_latencies_and_the_machine_are_served(start, tmp_path):
    port = free_port()
    process = start("--source", recording(tmp_path / "red"), "--metrics", port)
    before = until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    after = until(port, lambda now: now["emotion_edge_frames_total"] >= 20)
    for stage in ("preprocess", "inference"):
        name = f"emotion_edge_latency_seconds_%s{{stage={stage}}}"
        assert 20 <= after[name % "count"] <= after["emotion_edge_frames_total"] + 1
        assert before[name % "sum"] < after[name % "sum"] < 20
        buckets = [v for k, v in after.items() if "_bucket{" in k and f"stage={stage}" in k]
        assert len(buckets) == 12
        assert buckets == sorted(buckets)
        assert buckets[-1] == after[name % "count"]
    assert after["emotion_edge_latency_seconds_count{stage=find}"] == 0  # --faces off
    assert after["emotion_edge_streaming"] == 1
    assert after["emotion_edge_paused"] == 0
    assert after["emotion_edge_dropped_frames_total"] >= 0
    for target in ("camera", "mqtt"):
        assert after[f"emotion_edge_reconnects_total{{target={target}}}"] == 0
    assert "emotion_edge_faces" not in after  # likewise
    assert ("emotion_edge_temperature_celsius" in after) == (cpu_temperature() is not None)
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE")
    assert after["emotion_edge_resident_memory_bytes"] == pytest.approx(memory, rel=0.2)
    process.send_signal(signal.SIGTERM)
    start_of_end = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - start_of_end < 2


@pytest.mark.searches
def test_faces_and_the_search_for_them_are_served(start, tmp_path):
    port = free_port()
    start("--faces", "on", "--source", recording(tmp_path / "red"), "--metrics", port)
    found = until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    assert found["emotion_edge_faces"] == 0
    assert found["emotion_edge_latency_seconds_count{stage=find}"] >= 5
    assert found["emotion_edge_latency_seconds_count{stage=inference}"] == 0


def test_a_camera_that_went_and_came_back_is_counted(start, tmp_path):
    port = free_port()
    start("--source", recording(tmp_path / "red", {20: "vanish"}), "--metrics", port)
    until(port, lambda now: now["emotion_edge_streaming"] == 0)
    found = until(port, lambda now: now["emotion_edge_reconnects_total{target=camera}"] == 1)
    assert found["emotion_edge_streaming"] == 1


def test_aggregated_nobody_is_to_be_seen_in_them(start, tmp_path):
    port = free_port()
    source = recording(tmp_path / "red")
    start("--source", source, "--metrics", port, "--aggregate", 1)
    found = until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    assert not [name for name in found if "faces" in name or "latency" in name]


def test_a_port_in_use_is_one_line_and_exit_code_1(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        where = f"127.0.0.1:{other.getsockname()[1]}"
        source = recording(tmp_path / "red")
        result = edge("run", "--model", INT8, "--source", source, "--metrics", where)
    assert result.returncode == 1
    assert result.stdout == ""
    assert own_words(result.stderr)[-1] == (
        f"emotion-edge: error: --metrics {where}: cannot listen there: Address already in use"
    )


def test_a_name_that_is_none_is_one_line_and_exit_code_1(tmp_path):
    source = recording(tmp_path / "red")
    result = edge("run", "--model", INT8, "--source", source, "--metrics", "no.such.invalid:9")
    assert result.returncode == 1
    assert "--metrics no.such.invalid:9: cannot listen there: " in own_words(result.stderr)[-1]


@pytest.mark.parametrize(
    "address",
    ["0", "65536", "-1", "http", ":9100", "host:", "host", "http://host:9", "host:9/m", "::1:9"],
)
def test_a_bad_address_is_exit_code_2(address):
    result = edge("run", "--model", INT8, "--source", "x", f"--metrics={address}")
    assert result.returncode == 2
    assert f"{address!r} is not HOST:PORT, nor a port of 1 to 65535" in result.stderr


def test_a_port_alone_is_of_loopback_alone(start, tmp_path):
    port = free_port()
    start("--source", recording(tmp_path / "red"), "--metrics", port)
    until(port, lambda now: True)
    with pytest.raises(ConnectionRefusedError):
        scrape(port, "127.0.0.2")  # is this machine as well, but another address of it


def test_every_interface_if_asked_for(start, tmp_path):
    port = free_port()
    start("--source", recording(tmp_path / "red"), "--metrics", f"0.0.0.0:{port}")
    until(port, lambda now: True)
    assert "emotion_edge_streaming" in scrape(port, "127.0.0.2")


def test_a_client_that_never_asks_hinders_neither_others_nor_the_end(start, tmp_path):
    port = free_port()
    process = start("--source", recording(tmp_path / "red"), "--metrics", port)
    until(port, lambda now: True)
    with socket.create_connection(("127.0.0.1", port)):
        until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0


def test_the_port_is_free_again_after_the_end(start, tmp_path):
    port = free_port()
    for _ in range(2):
        process = start("--source", recording(tmp_path / "red"), "--metrics", port)
        until(port, lambda now: True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_without_the_library_it_says_how_to_get_it(tmp_path):
    program = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "from emotion_edge.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    words = command("run", "--model", INT8, "--source", recording(tmp_path), "--metrics", 9)[3:]
    result = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert own_words(result.stderr)[-1] == (
        "emotion-edge: error: --metrics needs prometheus_client: "
        "pip install 'emotion-edge[metrics]'"
    )


def test_without_the_option_the_library_is_not_loaded(photos):
    program = (
        "import sys, emotion_edge.__main__ as e; e.main(sys.argv[1:]); "
        "print(json.dumps('prometheus_client' in sys.modules))"
    )
    words = command("run", "--model", INT8, "--source", photos)[3:]
    result = subprocess.run(
        [sys.executable, "-c", f"import json; {program}", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout.splitlines()[-1]) is False
