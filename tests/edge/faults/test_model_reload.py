"""SIGHUP loads the model again if it is valid, and keeps the old one otherwise."""

import shutil
import signal
from itertools import pairwise

from tests.edge.listener import Listener
from tests.edge.models import FLOAT32, INT8, with_swapped_picture
from tests.edge.mosquitto import plain_broker
from tests.edge.waiting import until


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
