"""`emotion-edge doctor`: what it finds here, and in what is broken on purpose."""

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.cli.parser import make_parser
from emotion_edge.cli.settings import run_settings
from emotion_edge.commands.doctor import system_checks as checks
from emotion_edge.commands.doctor.camera_checks import judge_skin
from emotion_edge.commands.doctor.command import examine
from emotion_edge.commands.doctor.model_checks import load_error
from emotion_edge.commands.doctor.mqtt_checks import broker as check_broker
from emotion_edge.commands.doctor.system_checks import (
    judge_machine,
    judge_temperature,
    judge_throttling,
    spoils_picamera2,
)
from emotion_edge.commands.settings import RunSettings
from tests.edge.conftest import INSTALLED, INT8, command, edge, own_words
from tests.edge.faults.conftest import broker, certificates  # noqa: F401 - fixtures
from tests.edge.faults.parts import PASSWORD, PREFIX, USER, Listener, Mosquitto

LINE = re.compile(r"(ok|warn|fail) +([a-z ]+): (.+)")


def settings(*options: object) -> RunSettings:
    return run_settings(make_parser("").parse_args(["doctor", *map(str, options)]))


def record(folder: Path, pixels: np.ndarray, *, fault: str = "", frames: int = 30) -> str:
    """Write a recording of one picture, ten a second, and return its name as a source."""
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "frame.png")
    rows = [f"frame.png,{i / 10},{fault}" for i in range(frames)]
    (folder / "times.csv").write_text("\n".join(["file,seconds,fault", *rows]))
    return f"replay:{folder}"


def portrait() -> np.ndarray:
    photographs = pytest.importorskip("tests.edge.photographs")  # needs scikit-image
    place = photographs.Box(250, 120, 140)
    scene = photographs.paste(photographs.scene("coffee"), photographs.astronaut(), place)
    return np.asarray(scene)


def look(*options: object, code: int, **more: object) -> dict[str, dict[str, str]]:
    """Return what doctor finds as JSON, by the checks' names."""
    result = edge("doctor", "--json", *options, **more)
    assert result.returncode == code, result.stdout + result.stderr
    rows = json.loads(result.stdout)
    assert all(list(row) == ["check", "status", "found", "remedy"] for row in rows)
    assert all(bool(row["remedy"]) == (row["status"] != "ok") for row in rows)
    failed = sum(row["status"] == "fail" for row in rows)
    if code == 1:
        assert f"emotion-edge: error: {failed} of {len(rows)} checks failed" in result.stderr
    else:
        assert failed == 0
    return {row["check"]: row for row in rows}


HOME = "homeassistant/device/emotion-edge-test-hall/doctor"


@pytest.mark.parametrize("broker", ["plain"], indirect=True)
def test_where_all_is_well_nothing_fails_and_nothing_stays_behind(broker, tmp_path):  # noqa: F811
    source = record(tmp_path / "recording", portrait())
    ear = Listener(broker)
    result = edge("doctor", "--model", INT8, "--source", source, *broker.options)
    assert result.returncode == 0, result.stdout
    assert own_words(result.stderr) == []
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
    assert {topic for topic, _, _ in ear.heard} == {f"{PREFIX}/doctor", HOME}
    late = Listener(broker)
    late.say("pause")
    late.wait("set", "pause")
    assert len(late.heard) == 1  # of the others nothing is retained


def test_exchanged_colours_are_seen_on_a_face(tmp_path):
    source = record(tmp_path / "recording", portrait(), fault="swapped")
    found = look("--model", INT8, "--source", source, code=1)
    assert found["camera"]["status"] == "ok"
    assert found["colours"]["status"] == "fail"
    assert "red and blue are swapped" in found["colours"]["found"]
    assert "OpenCV" in found["colours"]["remedy"]


def test_the_dark_and_a_view_without_a_face_are_told(tmp_path):
    source = record(tmp_path / "dark", np.full((120, 160, 3), 5, np.uint8))
    found = look("--source", source, code=0)
    assert found["camera"]["status"] == "warn"
    assert "nearly black" in found["camera"]["found"]
    assert "no face in view" in found["colours"]["found"]


def test_without_a_source_there_is_a_remedy_and_no_failure():
    found = look(code=0)
    assert "emotion-compact.tflite: 7 labels" in found["model"]["found"]
    assert found["arithmetic"]["status"] == "ok"
    assert found["camera"]["status"] == "warn"
    assert found["camera"]["remedy"].startswith("--source picamera2, or source = ")
    assert "broker" not in found


@pytest.mark.parametrize("fault", ["stall", "vanish", "shape"])
def test_a_camera_that_gives_nothing_fails_with_the_reason(fault, tmp_path):
    source = record(tmp_path / "recording", portrait(), fault=fault)
    start = time.monotonic()
    found = look("--source", source, "--stall", 0.5, code=1)
    words = {"stall": "no frame for 0.5 seconds", "vanish": "no camera", "shape": "a frame of"}
    assert words[fault] in found["camera"]["found"]
    assert time.monotonic() - start < 15


def test_a_model_that_is_broken_is_told_and_the_rest_is_still_looked_at(tmp_path):
    short = tmp_path / "short.tflite"
    short.write_bytes(INT8.read_bytes()[:400])
    found = look("--model", short, code=1)
    assert found["model"]["status"] == "fail"
    assert found["model"]["remedy"] == "copy it again"
    assert found["runtime"]["status"] == found["face finder"]["status"] == "ok"


@pytest.mark.skipif("tflite-runtime" not in INSTALLED, reason="the other one checks the flatbuffer")
def test_a_model_that_crashes_the_runtime_does_not_crash_doctor(tmp_path):
    damaged = tmp_path / "damaged.tflite"
    content = bytearray(INT8.read_bytes())
    content[120:124] = b"\xf0\xff\xff\x7f"  # an offset to far away
    damaged.write_bytes(content)
    assert "SIGSEGV" in load_error("tflite-runtime", damaged.read_bytes())
    found = look("--model", damaged, "--runtime", "tflite-runtime", code=1)
    assert found["model"]["status"] == "ok"  # nothing that can be seen without running it
    assert "crashed" in found["arithmetic"]["found"]
    assert found["runtime"]["remedy"] == "copy or convert the model again"
    assert found["face finder"]["status"] == "ok"
    assert found["camera"]["status"] == "warn"


def test_the_address_of_no_broker_is_told(tmp_path):
    with_nobody = Mosquitto(tmp_path).port  # which was free a moment ago
    found = look("--to", f"mqtt://localhost:{with_nobody}/{PREFIX}", code=1)["broker"]
    assert f"mqtt://localhost:{with_nobody}: nothing listens there" in found["found"]
    assert ask("--to", "mqtt://nowhere.invalid/x")[1].endswith("no computer has that name")


def ask(*options: object) -> tuple[str, str, str]:
    """Return status, found and remedy of the one broker."""
    output = settings(*options).output
    (finding,) = check_broker(output.brokers[0], output.mqtt)
    return finding[1:]


@pytest.fixture
def secured(certificates, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", PASSWORD)
    mosquitto = Mosquitto(tmp_path / "broker", certificates)
    yield mosquitto
    mosquitto.kill()


def test_a_wrong_password_is_told_and_not_shown(secured, monkeypatch):
    secured.start()
    assert ask(*secured.options)[0] == "ok"
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", "wrong horse")
    result = edge("doctor", *secured.options)
    assert result.returncode == 1
    assert f"mqtts://localhost:{secured.port}: refused: Not authorized" in result.stdout
    assert f"check '{USER}' and the password" in result.stdout
    assert "horse" not in result.stdout + result.stderr
    nobody = [str(option).replace(f"{USER}@", "") for option in secured.options]
    assert "give the user" in ask(*nobody)[2]


@pytest.mark.parametrize(
    ("certificate", "words", "remedy"),
    [("expired", "expired", "renew"), ("other", "ostname mismatch", "the name that is in the")],
)
def test_a_bad_certificate_is_told(certificate, words, remedy, secured):
    secured.configure(certificate)
    secured.start()
    status, found, what = ask(*secured.options)
    assert status == "fail"
    assert words in found
    assert remedy in what


def test_an_unknown_authority_and_the_wrong_kind_of_port_are_told(secured, tmp_path):
    secured.start()
    status, found, remedy = ask("--to", secured.url)
    assert (status, "--ca-file" in remedy) == ("fail", True)
    assert "its certificate is refused" in found
    plain = secured.url.replace("mqtts", "mqtt")
    status, found, remedy = ask("--to", plain)
    assert (status, "mqtts://" in remedy) == ("fail", True)
    assert "it breaks the connection off" in found
    other = Mosquitto(tmp_path / "other").start()
    try:
        status, found, remedy = ask("--to", other.url.replace("mqtt:", "mqtts:"))
    finally:
        other.kill()
    assert (status, "is that port for TLS" in remedy) == ("fail", True)


def test_a_broker_that_hangs_is_given_up(broker, monkeypatch):  # noqa: F811
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", PASSWORD)
    broker.send(signal.SIGSTOP)
    start = time.monotonic()
    status, found, _ = ask(*broker.options)
    assert status == "fail"
    assert "answer" in found
    assert time.monotonic() - start < 12


@pytest.mark.parametrize(
    ("allowed", "deaf", "remedy"),
    [
        (f"read {PREFIX}/#", f"{HOME} and {PREFIX}/doctor", f"homeassistant/# and {PREFIX}/#"),
        (f"readwrite {PREFIX}/#", HOME, "homeassistant/#"),
        ("readwrite homeassistant/#", f"{PREFIX}/doctor", f"{PREFIX}/#"),
    ],
)
def test_a_user_who_may_not_publish_is_told(secured, allowed, deaf, remedy):
    acl = secured.folder / "acl"
    acl.write_text(f"user {USER}\ntopic {allowed}\n")
    secured.configure("good", more=f"acl_file {acl}")
    secured.start()
    assert ask(*secured.options) == (
        "warn",
        f"mqtts://localhost:{secured.port}: connected, but no message came back on {deaf}",
        f"let the user read and write {remedy}",
    )


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may read everything; setpriv is missing"
)
def test_a_state_directory_in_a_closed_folder_is_no_defect_of_ours(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    give_up = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    program = (
        "from emotion_edge.commands.doctor.system_checks import disk\n"
        "for finding in disk(): print(finding)"
    )
    result = subprocess.run(
        [*give_up, sys.executable, "-c", program],
        env={**os.environ, "STATE_DIRECTORY": str(closed / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"free at {closed}" in result.stdout


def test_a_check_that_hangs_or_raises_is_a_failure():
    def hang() -> list:
        time.sleep(60)
        return []

    def give_up() -> list:
        raise TimeoutError("the line is dead")

    (hung,) = examine("clock", hang, 0.2)
    assert hung[:3] == ("clock", "fail", "not done after 0.2 seconds")
    (raised,) = examine("disk", give_up, 5)
    assert raised[:3] == ("disk", "fail", "TimeoutError: the line is dead")
    assert hung.remedy
    assert raised.remedy


def test_bad_options_are_no_findings(tmp_path):
    result = edge("doctor", "--threads", 0)
    assert (result.returncode, result.stdout) == (2, "")
    settings = tmp_path / "edge.toml"
    settings.write_text("modle = 'x'")
    result = edge("doctor", "--config", settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert "the nearest known one is 'model'" in result.stderr


def test_settings_come_from_the_file(tmp_path):
    settings = tmp_path / "edge.toml"
    settings.write_text(f'model = "{tmp_path}/none.tflite"\nfaces = "off"')
    found = look("--config", settings, code=1)
    assert "No such file" in found["model"]["found"]
    assert found["face finder"]["found"] == "not used: --faces off"


def test_machines_are_judged():
    assert judge_machine("", "aarch64", 64).status == "ok"
    assert judge_machine("", "aarch64", 32).status == "fail"  # 32-bit system, 64-bit kernel
    assert "64-bit Raspberry Pi OS" in judge_machine("", "armv7l", 32).remedy
    assert judge_machine("", "riscv64", 64).status == "warn"


def test_heat_and_a_weak_supply_are_warned_of():
    assert judge_temperature(79.9).status == "ok"
    assert judge_temperature(80.0).status == "warn"
    assert judge_throttling([]).status == "ok"
    weak = judge_throttling(["under-voltage", "throttled"])
    assert (weak.status, weak.found) == ("warn", "under-voltage, throttled")


def test_grey_light_tells_no_order():
    assert judge_skin("picamera2", 1.0).status == "warn"
    assert judge_skin("picamera2", 1.3).status == "ok"
    assert "--stream lores" in judge_skin("picamera2", 0.7).remedy
    assert "rgb24" in judge_skin("-", 0.7).remedy


def test_a_numpy_over_the_one_of_apt_is_found_out(tmp_path):
    (tmp_path / "apt" / "picamera2").mkdir(parents=True)
    apt, path = tmp_path / "apt", [str(tmp_path / "apt")]
    assert spoils_picamera2(tmp_path / "venv" / "numpy", apt, path)
    assert not spoils_picamera2(apt / "numpy", apt, path)
    assert not spoils_picamera2(tmp_path / "venv" / "numpy", apt, [])
    assert not spoils_picamera2(tmp_path / "venv" / "numpy", tmp_path / "none", path)


def test_a_full_disk_and_a_clock_in_the_past_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "not" / "there yet"))
    (good,) = checks.disk()
    assert (good.status, str(tmp_path) in good.found) == ("ok", True)
    monkeypatch.setattr(checks, "MIN_FREE_BYTES", 1e18)
    (full,) = checks.disk()
    assert full.status == "warn"
    monkeypatch.setattr(checks, "FIRST_YEAR", 3000)
    (past,) = checks.clock()
    assert (past.status, "past" in past.found) == ("fail", True)


def test_a_disk_that_cannot_be_written_to_is_told(tmp_path):
    mount = "mount -t tmpfs -o ro tmpfs "
    if subprocess.run(["unshare", "-m", "sh", "-c", mount + str(tmp_path)], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    program = shlex.join(command("doctor"))
    result = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount}{tmp_path}; exec {program}"],
        env={**os.environ, "STATE_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"at {tmp_path}, read-only -> " in result.stdout
    assert "warn  disk:" in result.stdout


def test_a_synchronised_clock_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "SYNCHRONIZED", tmp_path)
    (finding,) = checks.clock()
    assert finding.status == "ok"
