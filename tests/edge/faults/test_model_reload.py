"""SIGHUP loads the model again if it is valid, and keeps the old one otherwise."""

import os
import shutil
import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.models import (
    FLOAT32,
    INSTALLED,
    INT8,
    crashing,
    with_contract,
    with_swapped_picture,
    without_bias,
    without_zip,
)
from tests.edge.waiting import PROMPT_S, until


@plain_broker
def test_sighup_loads_a_valid_model_and_refuses_others(broker, daemon, changing, tmp_path):
    model = shutil.copy(INT8, tmp_path / "model.tflite")
    listener = Listener(broker)
    run = daemon("--source", changing, "--model", model, "--to", "-", *broker.options)
    run.wait_lines(1)
    model.write_bytes(b"garbage")  # has no effect before SIGHUP
    run.wait_lines(2)
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr(f"keeping the present model: {model}: not a .tflite model")
    run.wait_lines(2)
    model.write_bytes(INT8.read_bytes()[:-3000])
    run.process.send_signal(signal.SIGHUP)
    until(lambda: run.stderr.count("keeping the present model") == 2, "the second refusal")
    run.wait_lines(2)
    model.write_bytes(with_swapped_picture(INT8))  # runs, but computes different results
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
    listener.wait("availability", "offline")
    assert listener.of("availability") == ["online", "offline"]
    labels = ["unknown", *(line["label"] for line in run.stdout)]
    assert listener.of("state") == [now for was, now in pairwise([None, *labels]) if now != was]


@pytest.mark.parametrize("runtime", INSTALLED)
def test_a_network_that_crashes_the_runtime_does_not_end_the_daemon(
    daemon, changing, runtime, tmp_path
):
    model = shutil.copy(FLOAT32, tmp_path / "model.tflite")
    network = without_zip(FLOAT32)
    bad = {
        FLOAT32.read_bytes().replace(network, crashing()[: len(network)]): "copy it again",
        crashing(): "it crashes (SIG",
        without_bias(): "Input tensor 1 lacks data",
        with_contract(FLOAT32, face_width=1): "loaded again",
    }
    run = daemon("--source", changing, "--model", model, "--runtime", runtime)
    run.wait_lines(1)
    for content, expected in bad.items():
        model.write_bytes(content)
        run.process.send_signal(signal.SIGHUP)
        run.wait_stderr(expected)
        run.wait_lines(1)
    assert run.stderr.count("keeping the present model: ") == 3
    assert run.end()[0] == 0


def test_a_pipe_in_place_of_the_model_is_refused(daemon, changing, tmp_path):
    model = shutil.copy(INT8, tmp_path / "model.tflite")
    run = daemon("--source", changing, "--model", model)
    run.wait_lines(1)
    model.unlink()
    os.mkfifo(model)
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr(f"keeping the present model: {model}: cannot read the model: it is a pipe")
    run.wait_lines(1)
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S


# A self-test that never ends, once the marker exists: no network is known that takes so long.
ENDLESS = """
import os, time
from emotion_edge.model import trial
whole = trial.run_self_test
def endless(classifier):
    while os.path.exists(os.environ["MARKER"]):
        time.sleep(0.1)
    return whole(classifier)
trial.run_self_test = endless
"""


@pytest.fixture
def endless(tmp_path) -> dict[str, str]:
    """The environment of a daemon whose trials do not end while the file $MARKER exists."""
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(ENDLESS)
    path = f"{tmp_path / 'start'}:{os.environ.get('PYTHONPATH', '')}"
    return {"PYTHONPATH": path, "MARKER": str(tmp_path / "marker")}


def child_of(process: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return int(str(until(children.read_text, "the child process")).split()[0])


def test_a_stop_signal_during_the_trial_ends_the_daemon_at_once(daemon, changing, endless):
    run = daemon("--source", changing, env=endless)
    run.wait_lines(1)
    Path(endless["MARKER"]).touch()
    run.process.send_signal(signal.SIGHUP)
    child_of(run.process)
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["one", "group"])
def test_a_stop_signal_during_the_first_trial_ends_the_daemon_at_once(
    daemon, changing, endless, number, kill
):
    Path(endless["MARKER"]).touch()
    run = daemon("--source", changing, env=endless, start_new_session=True)
    child = child_of(run.process)
    time.sleep(0.3)
    kill(run.process.pid, number)
    assert run.process.wait(2) == 0
    assert run.stderr == ""
    assert not Path(f"/proc/{child}").exists()
