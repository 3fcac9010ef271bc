"""`emotion-edge doctor` as a whole: its lines, exit codes, options and failing checks."""

import hashlib
import re
import time

import pytest

from emotion_edge.commands.doctor.command import examine
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker
from tests.edge.command_line import edge, own_lines
from tests.edge.commands.doctor.helpers import DOCTOR_TOPIC, portrait, record_picture, run_doctor
from tests.edge.models import INT8

LINE = re.compile(r"(ok|warn|fail) +([a-z ]+): (.+)")


@plain_broker
def test_on_a_working_device_nothing_fails_and_no_message_is_left(broker, tmp_path):
    source = record_picture(tmp_path / "recording", portrait())
    listener = Listener(broker)
    result = edge("doctor", "--model", INT8, "--source", source, *broker.options)
    assert result.returncode == 0, result.stdout
    assert own_lines(result.stderr) == []
    lines = [LINE.fullmatch(line) for line in result.stdout.splitlines()]
    found = {line[2]: line[1] for line in lines}
    usual = ["runtime", "model", "arithmetic", "face finder", "broker", "camera", "colours"]
    expected = ["machine", "python", "numpy", "pillow", "disk", *usual]
    assert [found.get(name) for name in expected] == ["ok"] * len(expected)
    assert all(("->" in line[3]) == (line[1] != "ok") for line in lines)
    digest = hashlib.sha256(INT8.read_bytes()).hexdigest()
    assert f"3 labels (blue, green, red), 8 x 8 pixels, sha256 {digest}" in result.stdout
    rate = re.search(r"640 x 480 pixels, ([0-9.]+) frames per second", result.stdout)
    assert 3 < float(rate[1]) < 12
    assert {topic for topic, _, _ in listener.heard} == {f"{PREFIX}/doctor", DOCTOR_TOPIC}
    late = Listener(broker)
    late.send("pause")
    late.wait("set", "pause")
    assert len(late.heard) == 1  # no other message is retained


def test_a_check_that_hangs_or_raises_is_a_failure():
    def hang() -> list:
        time.sleep(60)
        return []

    def fail() -> list:
        raise TimeoutError("the line is dead")

    (hung,) = examine("clock", hang, 0.2)
    assert hung[:3] == ("clock", "fail", "not done after 0.2 seconds")
    (raised,) = examine("disk", fail, 5)
    assert raised[:3] == ("disk", "fail", "TimeoutError: the line is dead")
    assert hung.remedy
    assert raised.remedy


def test_bad_options_are_errors_without_findings(write_settings):
    result = edge("doctor", "--threads", 0)
    assert (result.returncode, result.stdout) == (2, "")
    settings = write_settings("modle = 'x'")
    result = edge("doctor", "--config", settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert "the nearest known one is 'model'" in result.stderr


def test_settings_come_from_the_file(write_settings, tmp_path):
    settings = write_settings(f'model = "{tmp_path}/none.tflite"\nfaces = "off"')
    found = run_doctor("--config", settings, code=1)
    assert "No such file" in found["model"]["found"]
    assert found["face finder"]["found"] == "not used: --faces off"


@pytest.mark.parametrize(
    ("option", "check"),
    [("--model", "model"), ("--source", "camera")],
)
@pytest.mark.parametrize("content", [None, b"nothing", b"\0\0\0\0TFL3" + bytes(99)])
def test_a_path_is_never_taken_for_a_remedy(option, check, content, tmp_path):
    path = tmp_path / "mine; or -> yours" / "a; b.mp4"
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    row = run_doctor(option, path, code=1)[check]
    assert row["status"] == "fail"
    assert str(path) in row["found"]
    assert "yours" not in row["remedy"]
