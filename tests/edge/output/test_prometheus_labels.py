"""The metrics of labels: the same totals as those of --history and of --aggregate."""

import http.client
import shutil
import signal
import subprocess

import pytest

from tests.edge.brokers.mosquitto import free_port
from tests.edge.models import with_contract
from tests.edge.output.history.rows import totals_of
from tests.edge.output.scraping import red_source, scrape, scrape_first, scrape_until
from tests.edge.recordings import write_changing_colours, write_colours
from tests.edge.waiting import until

LABELS = ("藍 & 綠", 'it\'s "green"', "back\\slash")
SECONDS, FACES = "emotion_edge_label_seconds_total", "emotion_edge_label_faces_total"


def label_totals(samples: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Return seconds and faces of each label."""
    names = [name.removeprefix(f"{SECONDS}{{label=")[:-1] for name in samples if SECONDS in name]
    return {
        name: (samples[f"{SECONDS}{{label={name}}}"], samples[f"{FACES}{{label={name}}}"])
        for name in names
    }


def frames(samples: dict[str, float]) -> float:
    return samples["emotion_edge_frames_total"]


def check_metrics(port: int) -> subprocess.CompletedProcess[str]:
    """Let Prometheus's own tool read what is served."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    command = ["promtool", "check", "metrics"]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=30, check=False
    )


def test_the_totals_are_those_of_the_history(daemon, tmp_path):
    path, port = tmp_path / "labels.db", free_port()
    colours = [("red", "green", "blue")[i // 20 % 3] for i in range(60)]
    rows = [(colour, i / 10, "") for i, colour in enumerate(colours)]
    rows += [("red", i / 10, "vanish") for i in range(60, 600)]
    source = f"replay:{write_colours(tmp_path / 'recording', rows)}"
    run = daemon("--source", source, "--metrics", port, "--history", path)
    lost = scrape_until(port, lambda now: frames(now) > 50 and not now["emotion_edge_streaming"])
    assert run.end()[0] == 0
    seen = {name: each for name, each in label_totals(lost).items() if any(each)}
    assert {"red", "green", "blue"} <= set(seen)
    assert seen == {name: pytest.approx(each) for name, each in totals_of(path).items()}
    assert sum(seconds for seconds, _ in seen.values()) == pytest.approx(5.9, abs=0.2)


def test_every_label_is_there_before_it_is_seen_and_stays_with_another_model(daemon, tmp_path):
    port, model = free_port(), tmp_path / "model.tflite"
    model.write_bytes(with_contract())
    run = daemon("--source", red_source(tmp_path / "red"), "--model", model, "--metrics", port)
    found = label_totals(scrape_first(port))
    assert set(found) == {"blue", "green", "red", "unknown", "no_face"}
    assert found["blue"] == found["no_face"] == (0, 0)
    model.write_bytes(with_contract(labels=LABELS))
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr("loaded again")
    after = label_totals(scrape_until(port, lambda now: LABELS[2] in label_totals(now)))
    assert set(after) == {*found, *LABELS}
    assert after["red"] >= found["red"]


def test_with_aggregate_a_period_counts_when_it_ends(daemon, tmp_path):
    port = free_port()
    source = write_changing_colours(tmp_path / "recording", seconds=70)
    run = daemon("--source", f"replay:{source}", "--aggregate", 1, "--metrics", port)
    scrape_until(port, lambda now: frames(now) > 100)
    assert set(label_totals(scrape(port)).values()) == {(0, 0)}
    until(lambda: run.stdout, "the period's end", 90)
    (counts,) = run.stdout
    found = {name: each for name, each in label_totals(scrape(port)).items() if any(each)}
    assert {name: count for name, (_, count) in found.items()} == counts["counts"]
    assert sum(seconds for seconds, _ in found.values()) == pytest.approx(60, abs=0.5)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
@pytest.mark.parametrize("options", [(), ("--aggregate", 1)], ids=["results", "aggregate"])
def test_the_tool_of_prometheus_finds_nothing_wrong(daemon, tmp_path, options):
    port, model = free_port(), tmp_path / "model.tflite"
    model.write_bytes(with_contract(labels=LABELS))
    source = f"replay:{write_changing_colours(tmp_path / 'recording')}"
    daemon("--source", source, "--model", model, "--metrics", port, *options)
    found = scrape_until(port, lambda now: frames(now) > 0)
    assert set(LABELS) < set(label_totals(found))
    result = check_metrics(port)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
