"""Scrape the daemon's metrics as Prometheus does."""

import http.client
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edge.recordings import write_colours

parser = pytest.importorskip("prometheus_client.parser")


def red_source(folder: Path, faults: dict[int, str] | None = None, seconds: float = 120) -> str:
    """Return a source of red frames, 20 a second. faults: by the frame's number."""
    rows = [("red", i / 20, (faults or {}).get(i, "")) for i in range(int(seconds * 20))]
    return f"replay:{write_colours(folder, rows)}"


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


def scrape_until(port: int, check: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """Scrape until `check` accepts the samples; return them."""
    deadline, samples = time.monotonic() + 30, {}
    while time.monotonic() < deadline:
        try:
            if check(samples := scrape(port)):
                return samples
        except ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"still not accepted: {samples}")


def scrape_first(port: int) -> dict[str, float]:
    """Wait until the daemon listens; return its samples."""
    return scrape_until(port, lambda samples: True)
