"""Distributed training: two workers on the loopback interface train the same as one process."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.workbench.conftest import REPOSITORY, call, command, make_photos, read_history, run


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


def test_two_workers_train_one_model_and_the_first_writes_it(tmp_path):
    data = make_photos(tmp_path / "data", train=8, validation=3)
    arguments = ["--data", data, "--epochs", 2, "--batch-size", 8, "--optimizer", "sgd"]
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    builds = [tmp_path / "first", tmp_path / "second"]
    workers = [
        start_worker(i, cluster, [*arguments, "--build", build]) for i, build in enumerate(builds)
    ]
    outputs = [worker.communicate(timeout=240) for worker in workers]
    for worker, (_, errors) in zip(workers, outputs, strict=True):
        assert worker.returncode == 0, errors
    assert (builds[0] / "model.keras").exists()
    assert not (builds[1] / "model.keras").exists()

    alone = run("train", *arguments, "--build", tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr
    together = read_history(builds[0])
    # Dropout differs between one replica and two, so the losses are close but not equal.
    for row, single in zip(together, read_history(tmp_path / "alone"), strict=True):
        assert row["val_loss"] == pytest.approx(single["val_loss"], rel=0.2)


@pytest.mark.parametrize(("devices", "batch_size"), [(2, 7), (4, 8)])
def test_several_devices_of_one_machine_share_the_batches(devices, batch_size, tmp_path):
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
    arguments = ("--data", data, "--build", tmp_path / "build", "--batch-size", batch_size)
    result = call([sys.executable, "-c", program, *map(str, arguments), "--epochs", "2"])
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
