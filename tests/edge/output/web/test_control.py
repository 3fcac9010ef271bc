"""Pause and resume from the page, alone and beside a broker; and the daemon's health."""

import signal
import socket

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker
from tests.edge.output.scraping import red_source
from tests.edge.output.web.asking import ask, post
from tests.edge.waiting import until


def test_a_pause_is_the_daemon_s(site, changing):
    run = site("--source", changing)
    run.daemon.wait_lines(2)
    assert post(run.port, "/api/pause").json == {"paused": True}
    until(lambda: run.daemon.decisions[-1] == ("unknown", "paused"), "the pause on stdout")
    assert post(run.port, "/api/pause").json == {"paused": True}
    assert post(run.port, "/api/resume").json == {"paused": False}
    run.daemon.wait_lines(1)
    assert run.daemon.decisions[-1][1] != "paused"


def test_a_pause_ends_with_the_daemon(site, changing):
    run = site("--source", changing)
    post(run.port, "/api/pause")
    run.daemon.end()
    run.start()
    assert not run.get("/api/state")["paused"]


def test_daemons_on_one_computer_have_different_titles(site, changing):
    runs = [site("--source", changing) for _ in range(2)]
    for run in runs:
        title = f"emotion-edge on {socket.gethostname()}:{run.port}"
        assert run.get("/api/state")["title"] == title
        assert f"<title>{title}</title>" in ask(run.port, "/").body.decode()


@plain_broker
def test_brokers_and_the_page_follow_each_other(broker, site, changing):
    run = site("--source", changing, "--to", "-", *broker.options)
    listener = Listener(broker)
    assert run.get("/api/state")["title"] == f"emotion-edge on {PREFIX}"
    at = listener.wait("state", "green")
    post(run.port, "/api/pause")
    at = listener.wait("paused", "paused", after=at)
    at = listener.wait("state", "unknown", after=at)
    listener.send("resume")
    at = listener.wait("paused", "running", after=at)
    until(lambda: not run.get("/api/state")["paused"], "the end of the pause on the page")
    listener.send("pause")
    at = listener.wait("paused", "paused", after=at)
    until(lambda: run.get("/api/state")["paused"], "the broker's pause on the page")
    assert ask(run.port, "/api/snapshot.jpg").status == 404
    post(run.port, "/api/resume")
    listener.wait("paused", "running", after=at)
    until(lambda: ask(run.port, "/api/snapshot.jpg").status == 200, "a picture")


@plain_broker
def test_the_page_s_pause_lasts_while_the_broker_restarts(broker, site, changing):
    run = site("--source", changing, *broker.options)
    listener = Listener(broker)
    at = listener.wait("state", "green")
    post(run.port, "/api/pause")
    at = listener.wait("paused", "paused", after=at)
    listener.send("resume", retain=True)
    at = listener.wait("paused", "running", after=at)
    post(run.port, "/api/pause")
    listener.wait("paused", "paused", after=at)
    broker.kill()
    broker.start()
    run.daemon.wait_stderr("trying again")
    until(lambda: run.daemon.stderr.count(": connected") == 2, "the broker again")
    assert run.get("/api/state")["paused"]


def test_the_health_says_why_there_are_no_frames(site, tmp_path):
    run = site("--source", red_source(tmp_path / "red", {60: "vanish"}))
    until(lambda: run.get("/healthz") == {"status": "ok"}, "frames")
    until(lambda: run.get("/healthz") == {"status": "no_camera"}, "the loss of the camera")
    answer = ask(run.port, "/healthz")
    if answer.json == {"status": "no_camera"}:
        assert answer.status == 503
    state = run.get("/api/state")
    assert state["reason"] in ("no_camera", None)
    until(lambda: run.get("/healthz") == {"status": "ok"}, "frames again")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_address_is_free_again_at_once(site, changing, number):
    run = site("--source", changing)
    assert run.daemon.end(number)[0] == 0
    run.start()
    assert ask(run.port, "/healthz").status in (200, 503)
