"""docs/grafana.json: it fits Grafana's schema, and each panel gets data from a real Prometheus."""

import copy
import http.client
import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from emotion_edge.system.hardware import cpu_temperature
from tests.edge.brokers.mosquitto import free_port
from tests.edge.output.scraping import red_source, scrape_first
from tests.edge.waiting import until

DASHBOARD = json.loads((Path(__file__).parents[3] / "docs/grafana.json").read_text())
Json = Any
PANELS = DASHBOARD["panels"]
# What Grafana writes instead of its variables.
VALUES = {"$instance": ".*", "$__rate_interval": "8s", "$__range": "8s"}


class Prometheus:
    """A real Prometheus that reads a daemon's metrics each second."""

    def __init__(self, folder: Path, target: int) -> None:
        """Start it. target: the port of the metrics."""
        self.port = free_port()
        scrape = {"job_name": "x", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
        every = {"scrape_interval": "1s", "scrape_timeout": "1s"}
        config = folder / "prometheus.yml"  # JSON is YAML
        config.write_text(json.dumps({"global": every, "scrape_configs": [scrape]}))
        command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
        ]
        command += [f"--web.listen-address=127.0.0.1:{self.port}"]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def query(self, text: str) -> list[dict]:
        """Return the series of an expression now; none before Prometheus has started."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/api/v1/query?" + urlencode({"query": text}))
            answer = json.loads(connection.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return []
        finally:
            connection.close()
        assert answer["status"] == "success", answer
        return [each for each in answer["data"]["result"] if each["value"][1] != "NaN"]


@pytest.fixture
def prometheus(tmp_path: Path, daemon) -> Iterator[Prometheus]:
    """A Prometheus that reads the metrics of a daemon."""
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed")
    port = free_port()
    daemon("--faces", "on", "--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    server = Prometheus(tmp_path, port)
    yield server
    server.process.kill()
    server.process.wait()


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each expression with the name of its panel."""
    for panel in PANELS:
        for target in panel["targets"]:
            text = target["expr"]
            for name, value in VALUES.items():
                text = text.replace(name, value)
            yield panel["title"], text


@pytest.mark.searches
def test_prometheus_has_data_for_each_panel(prometheus):
    expected = [
        (title, text)
        for title, text in expressions()
        if title != "Temperature" or cpu_temperature() is not None
    ]
    assert len(expected) >= 9
    for title, text in expected:
        assert "$" not in text
        # Nobody is in the picture.
        seen = text.replace('label!="no_face"', 'label="no_face"')
        until(lambda: prometheus.query(seen), f"{title}: {seen}")  # noqa: B023
    seconds = prometheus.query(dict(expected)["Seconds of each label"])
    assert {each["metric"]["label"] for each in seconds} == {
        "red",
        "green",
        "blue",
        "unknown",
        "no_face",
    }


def parsed(dashboard: Json) -> Json:
    """Return what Grafana's own types keep of a dashboard: keys that they do not know are lost.

    They do not check a key's value.
    """
    sdk = pytest.importorskip("grafana_foundation_sdk.models.dashboard")
    encoder = importlib.import_module("grafana_foundation_sdk.cog.encoder")
    importlib.import_module("grafana_foundation_sdk.cog.plugins").register_default_plugins()
    made = sdk.Dashboard.from_json(copy.deepcopy(dashboard))
    return json.loads(json.dumps(made, cls=encoder.JSONEncoder))


def lost(given: Json, kept: Json, place: str = "") -> Iterator[str]:
    """Yield the places of what differs in `kept`, which may have more."""
    match given, kept:
        case dict(), dict():
            for key in given:
                yield from lost(given[key], kept.get(key), f"{place}/{key}")
        case list(), list() if len(given) == len(kept):
            for i, (one, other) in enumerate(zip(given, kept, strict=True)):
                yield from lost(one, other, f"{place}/{i}")
        case _ if given != kept:
            yield place


def test_the_dashboard_fits_grafana_s_schema():
    assert list(lost(DASHBOARD, parsed(DASHBOARD))) == []


def test_what_is_not_in_the_schema_is_found():
    wrong = copy.deepcopy(DASHBOARD)
    wrong["panels"][0]["fieldConfig"]["defaults"]["units"] = "s"
    wrong["panels"][0]["targets"][0]["exprs"] = "1"
    wrong["templating"]["list"][0]["hidden"] = 1
    assert list(lost(wrong, parsed(wrong))) == [
        "/templating/list/0/hidden",
        "/panels/0/targets/0/exprs",
        "/panels/0/fieldConfig/defaults/units",
    ]


def test_the_panels_have_different_places_and_all_use_the_variables():
    places = [panel["gridPos"] for panel in PANELS]
    cells = [
        (x, y)
        for each in places
        for x in range(each["x"], each["x"] + each["w"])
        for y in range(each["y"], each["y"] + each["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23  # Grafana's grid is 24 wide
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    names = {each["name"] for each in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(PANELS)))
    assert used == names
