"""Distributed training: two workers on the loopback interface train the same as one process."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench.conftest import (
    REPOSITORY,
    call,
    command,
    digests,
    make_photos,
    read_history,
    run,
)


def free_ports(count: int) -> list[int]:
    """Return unused ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def start_worker(index: int, cluster: dict, arguments: list[object]) -> subprocess.Popen[str]:
    """Start `python -m train` as one worker of a cluster."""
    task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
    return subprocess.Popen(
        command("train", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, "TF_CONFIG": json.dumps(task)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


INDEX_OUT_OF_RANGE = (
    '{"cluster": {"worker": ["127.0.0.1:9"]}, "task": {"type": "worker", "index": 3}}'
)


def run_workers(builds: list[Path], *arguments: object) -> list[tuple[int, str]]:
    """Run one worker for each build folder; return their exit codes and error output."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(len(builds))]}
    workers = [
        start_worker(i, cluster, [*arguments, "--build", build]) for i, build in enumerate(builds)
    ]
    errors = [worker.communicate(timeout=240)[1] for worker in workers]
    return [(worker.returncode, text) for worker, text in zip(workers, errors, strict=True)]


def assert_all_refuse(results: list[tuple[int, str]], words: str) -> None:
    """Assert that all workers ended with exit code 2 and the same message."""
    assert [code for code, _ in results] == [2] * len(results), results
    messages = [re.findall("train: error: (.*)", text) for _, text in results]
    assert len(messages[0]) == 1
    assert messages == [messages[0]] * len(results)
    assert words in messages[0][0]
    assert not any("Traceback" in text for _, text in results)


@pytest.mark.long
def test_two_workers_train_one_model_and_resume_it_together(tmp_path):
    data = make_photos(tmp_path / "data", train=8, validation=3)
    options = ("--data", data, "--model", "simple_cnn", "--batch-size", 8, "--optimizer", "sgd")
    builds = [tmp_path / "first", tmp_path / "second"]
    results = run_workers(builds, *options, "--epochs", 2)
    assert [code for code, _ in results] == [0, 0], results
    assert (builds[0] / "model.keras").exists()
    assert not (builds[1] / "model.keras").exists()

    alone = run("train", *options, "--epochs", 2, "--build", tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr
    together = read_history(builds[0])
    # Dropout differs between one replica and two, so the losses are close but not equal.
    for row, single in zip(together, read_history(tmp_path / "alone"), strict=True):
        assert row["val_loss"] == pytest.approx(single["val_loss"], rel=0.2)

    before = digests(builds[0])
    path = builds[1] / "checkpoint-worker1" / "state.json"
    whole = path.read_text()
    for text, words in unequal(json.loads(whole)).items():
        path.write_text(text)
        results = run_workers(builds, *options, "--epochs", 3, "--resume")
        assert_all_refuse(results, words)
        assert digests(builds[0]) == before
    path.write_text(whole)
    results = run_workers(builds, *options, "--epochs", 3, "--resume")
    assert [code for code, _ in results] == [0, 0], results
    assert len(read_history(builds[0])) == 3


def unequal(state: dict) -> dict[str, str]:
    """Return the texts of states that the other worker cannot go on with, and the messages."""
    behind = json.dumps(state | {"history": state["history"][:1]})
    return {
        behind: "checkpoint-worker1 of worker 1 is at epoch 1",
        json.dumps(state | {"run": "another"}): "are from different runs",
        behind[:100]: "worker 1: --resume: cannot read the run in",
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("devices", "options"),
    [
        (2, ("--model", "simple_cnn", "--batch-size", 7)),
        (4, ("--model", "simple_cnn", "--batch-size", 8, "--warmup-epochs", 1)),
        (2, ("--model", "compact", "--batch-size", 8)),  # averages its weights
    ],
)
def test_several_devices_of_one_machine_share_the_batches(devices, options, tmp_path):
    data = make_photos(tmp_path / "data", train=6, validation=3)
    # Logical CPU devices stand in for GPUs.
    program = (
        "import sys, tensorflow as tf, train.__main__ as program\n"
        "part = tf.config.LogicalDeviceConfiguration()\n"
        "(cpu,) = tf.config.list_physical_devices('CPU')\n"
        "tf.config.set_logical_device_configuration(cpu, [part] * DEVICES)\n"
        "strategy = tf.distribute.MirroredStrategy([f'CPU:{i}' for i in range(DEVICES)])\n"
        "assert strategy.num_replicas_in_sync == DEVICES\n"
        "program.make_strategy = lambda: strategy\n"
        "sys.exit(program.main(sys.argv[1:]))"
    ).replace("DEVICES", str(devices))
    arguments = ("--data", data, "--build", tmp_path / "build", *options, "--epochs", 2)
    result = call([sys.executable, "-c", program, *map(str, arguments)])
    assert result.returncode == 0, result.stderr
    assert [row["epoch"] for row in read_history(tmp_path / "build")] == [1, 2]


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"cluster": {}, "task": {}}', INDEX_OUT_OF_RANGE]
)
def test_a_bad_tf_config_is_refused_in_one_line(text, tmp_path):
    data = make_photos(tmp_path / "data", train=2, validation=1)
    environment = {**os.environ, "TF_CONFIG": text}
    result = run("train", "--data", data, "--build", tmp_path, env=environment)
    assert result.returncode == 2
    assert "TF_CONFIG" in result.stderr
    assert "Traceback" not in result.stderr
