"""The HTTP API of the page, and the metrics for Prometheus, both asked for by HTTP."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.output.prometheus import PrometheusSink
from emotion_edge.output.web.handlers.base import Handler
from emotion_edge.output.web.handlers.history import UNITS
from emotion_edge.output.web.handlers.routes import _OF_EVERY_PAGE, DAEMON
from emotion_edge.pipeline.label_times import Seen
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.util.address import Address
from tests.edge.brokers.mosquitto import free_port
from tests.edge.daemon import Daemon
from tests.edge.output.web.asking import Events, ask, connected, post
from tests.edge.output.web.browser.sites import FACES, Site
from tests.edge.photographs import ASTRONAUT
from tests.edge.recordings import write_recording
from tests.edge.waiting import until
from tests.workbench.project.stable.shapes import shape

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
# The page's own: they follow its script.
OWN = ("/login", "/logout", "/assets/")


def http_paths() -> dict[str, object]:
    """Return the promised paths with the methods that their handlers answer."""
    routes = [(path, handler) for path, handler, *_ in (*_OF_EVERY_PAGE, *DAEMON)]
    promised = [(path, handler) for path, handler in routes if not path.startswith(OWN)]
    return {path: _methods(handler) for path, handler in promised}


def _methods(handler: type[Handler]) -> list[str]:
    """Return those that the handler has of its own; `HEAD` follows `GET`."""
    return [name for name in ("GET", "POST") if name.lower() in vars(handler)]


def http(folder: Path) -> dict[str, object]:
    """Return the paths of the HTTP API, and the keys of what a real daemon answers."""
    recording = write_recording(folder / "recording", [ASTRONAUT] * 600)
    options = (*FACES, "--source", f"replay:{recording}", "--heartbeat", 1)
    add_rows(folder / "labels.db", [Row(int(NOON.timestamp()), 60, "happy", Seen(1.0, 1))])
    options += ("--history", folder / "labels.db", "--history-days", 3650)

    def start(*more: object) -> Daemon:
        return Daemon(folder / "daemon", *more)

    site = Site(start, *options)
    try:
        until(lambda: _shows_label(site), "a label")
        answers = _answers(site.port)
        return {"paths": http_paths(), "answers": answers}
    finally:
        site.daemon.kill()


def _shows_label(site: Site) -> bool:
    faces = site.get("/api/state")["faces"]
    return bool(faces) and faces[0]["decided"] and faces[0]["reason"] is None


def _answers(port: int) -> dict[str, object]:
    picture = io.BytesIO()
    Image.fromarray(ASTRONAUT).save(picture, "PNG")
    found = {"GET /api/state": shape([ask(port, "/api/state").json], nulls=False)}
    found["GET /api/events"] = _events(port)
    found["GET /api/snapshot.jpg"] = ask(port, "/api/snapshot.jpg").headers["content-type"]
    found["POST /api/faces"] = shape([post(port, "/api/faces", picture.getvalue()).json])
    for word in ("pause", "resume"):
        found[f"POST /api/{word}"] = shape([post(port, f"/api/{word}").json])
    found["GET /api/history"] = shape([_history(port, "")])
    found["GET /api/history, by"] = [_history(port, f"&by={unit}")["by"] for unit in UNITS]
    found["GET /api/history, by, if it is not given"] = _history(port, "")["by"]
    found["GET /api/history, another by"] = ask(port, "/api/history?by=week").status
    found["GET /api/history, from and to of one day"] = {
        name: _history(port, "")[name][:10] for name in ("from", "to")
    }
    found["a POST without X-Emotion-Edge"] = ask(port, "/api/pause", method="POST").status
    found["GET /healthz"] = shape([ask(port, "/healthz").json])
    found["an error"] = shape([ask(port, "/api/none").json])
    return found


def _history(port: int, more: str) -> dict[str, Any]:
    return ask(port, f"/api/history?from=2026-01-02&to=2026-01-02{more}").json


def _events(port: int) -> list[str]:
    """Return the kinds of events; a heartbeat is a line."""
    kinds: set[str] = set()
    with connected(port) as connection:
        for kind, _ in Events(connection, port):
            kinds.add(kind)
            if len(kinds) > 1:
                break
    return sorted(kinds)


def metrics(_: Path) -> dict[str, object]:
    """Return the metrics of a real server, on a computer that knows its temperature."""
    address = Address("127.0.0.1", free_port())
    sensor = patch("emotion_edge.output.prometheus.cpu_temperature", lambda: 50.0)
    stats = PipelineStats()
    stats.faces = 1
    sink = PrometheusSink(address, stats, ("happy",), latencies=True)
    with sensor, sink:
        text = ask(address.port, "/metrics").body.decode()
    families = text_string_to_metric_families(text)
    # The library adds `_created` to counters, or does not: its own settings decide.
    kept = (each for each in families if not each.name.endswith("_created"))
    return {family.name: _family(family) for family in kept}


def _family(family: Metric) -> dict[str, object]:
    """Return a metric's type and labels; some labels have values that are promised as well."""
    labels = {key: value for each in family.samples for key, value in each.labels.items()}
    shown: dict[str, object] = {"type": family.type, "labels": sorted(labels)}
    for name in labels.keys() & {"stage", "target"}:
        shown[name] = sorted({each.labels[name] for each in family.samples})
    return {**shown, "samples": sorted({each.name for each in family.samples})}
