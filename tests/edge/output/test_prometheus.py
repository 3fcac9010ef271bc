"""The metrics that --metrics serves."""

import os
from pathlib import Path

import pytest

from emotion_edge.system.hardware import cpu_temperature
from emotion_edge.util.installation import install_hint
from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge_in_python, edge_without, own_lines
from tests.edge.models import INT8
from tests.edge.output.scraping import red_source, scrape_until
from tests.edge.waiting import PROMPT_S


def check_latencies(before: dict[str, float], after: dict[str, float], stage: str) -> None:
    """Check the histogram of a stage after at least 20 frames."""
    name = f"emotion_edge_latency_seconds_%s{{stage={stage}}}"
    assert 20 <= after[name % "count"] <= after["emotion_edge_frames_total"] + 1
    assert before[name % "sum"] < after[name % "sum"] < 20
    buckets = [v for k, v in after.items() if "_bucket{" in k and f"stage={stage}" in k]
    assert len(buckets) == 12
    assert buckets == sorted(buckets)
    assert buckets[-1] == after[name % "count"]


def test_frames_latencies_and_the_machine_are_served(daemon, tmp_path):
    port = free_port()
    run = daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    before = scrape_until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    after = scrape_until(port, lambda now: now["emotion_edge_frames_total"] >= 20)
    for stage in ("preprocess", "inference"):
        check_latencies(before, after, stage)
    assert after["emotion_edge_latency_seconds_count{stage=find}"] == 0  # --faces off
    assert after["emotion_edge_streaming"] == 1
    assert after["emotion_edge_paused"] == 0
    assert after["emotion_edge_dropped_frames_total"] >= 0
    for target in ("camera", "mqtt"):
        assert after[f"emotion_edge_reconnects_total{{target={target}}}"] == 0
    assert "emotion_edge_faces" not in after  # --faces off
    assert ("emotion_edge_temperature_celsius" in after) == (cpu_temperature() is not None)
    pages = int(Path(f"/proc/{run.process.pid}/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE")
    assert after["emotion_edge_resident_memory_bytes"] == pytest.approx(memory, rel=0.2)
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S


@pytest.mark.searches
def test_faces_and_the_time_of_detection_are_served(daemon, tmp_path):
    port = free_port()
    daemon("--faces", "on", "--source", red_source(tmp_path / "red"), "--metrics", port)
    found = scrape_until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    assert found["emotion_edge_faces"] == 0
    assert found["emotion_edge_latency_seconds_count{stage=find}"] >= 5
    assert found["emotion_edge_latency_seconds_count{stage=inference}"] == 0


def test_a_camera_that_vanished_and_came_back_is_counted(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red", {20: "vanish"}), "--metrics", port)
    scrape_until(port, lambda now: now["emotion_edge_streaming"] == 0)
    found = scrape_until(port, lambda now: now["emotion_edge_reconnects_total{target=camera}"] == 1)
    assert found["emotion_edge_streaming"] == 1


def test_with_aggregate_the_metrics_show_no_person(daemon, tmp_path):
    port = free_port()
    source = red_source(tmp_path / "red")
    daemon("--source", source, "--metrics", port, "--aggregate", 1)
    found = scrape_until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
    assert not [name for name in found if "latency" in name or name == "emotion_edge_faces"]
    totals = [value for name, value in found.items() if name.startswith("emotion_edge_label")]
    assert totals
    assert not any(totals)  # before a period has ended


def test_without_the_library_the_error_says_how_to_install_it(tmp_path):
    arguments = ("run", "--model", INT8, "--source", red_source(tmp_path), "--metrics", 9)
    result = edge_without("prometheus_client", *arguments)
    assert result.returncode == 2
    assert own_lines(result.stderr)[-1] == (
        f"emotion-edge: error: --metrics needs prometheus_client: {install_hint('metrics')}"
    )


def test_without_the_option_the_library_is_not_loaded(photos):
    program = "main(arguments); print({'prometheus_client', 'http.server'} & {*sys.modules})"
    result = edge_in_python(program, "run", "--model", INT8, "--source", photos)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "set()"
