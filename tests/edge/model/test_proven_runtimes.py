"""A model says on which runtimes it was proven, and the program when it runs on another one."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from emotion_edge.model.runtime import runtime_hint
from tests.edge.command_line import edge, json_lines, own_lines
from tests.edge.commands.doctor.helpers import run_doctor
from tests.edge.models import INSTALLED, INT8, with_files
from tests.edge.waiting import until

USED = INSTALLED[0]
OTHER = {"litert": "tflite-runtime", "tflite-runtime": "litert"}[USED]
WARNING = f"the model was proven on {OTHER}, not on {USED}, which runs it here"


def write_model(path: Path, *runtimes: object) -> Path:
    """Write the tiny model with a list of proven runtimes."""
    path.write_bytes(with_files(INT8, more={"runtimes.json": json.dumps(runtimes).encode()}))
    return path


@pytest.fixture
def unproven(tmp_path) -> Path:
    """A model that was proven on the other runtime only."""
    return write_model(tmp_path / "model.tflite", OTHER)


def test_run_says_once_on_stderr_that_the_runtime_is_unproven(unproven, photos):
    arguments = ("--model", unproven, "--source", photos, "--faces", "off")
    result = edge("run", *arguments)
    assert result.returncode == 0
    assert len(json_lines(result.stdout)) == 3
    (line,) = own_lines(result.stderr)
    assert f"{unproven}: {WARNING}" in line
    assert line.endswith(f"or convert the model again where {USED} is installed")
    assert ("--runtime" if OTHER in INSTALLED else runtime_hint(OTHER)) in line


def test_a_reload_does_not_repeat_it_and_another_model_is_judged_anew(daemon, changing, tmp_path):
    model = write_model(tmp_path / "model.tflite", USED)
    run = daemon("--source", changing, "--model", model, "--to", "-")

    def reload(*runtimes: str) -> None:
        count = run.stderr.count("loaded again")
        shutil.copy(write_model(tmp_path / "new", *runtimes), model)
        run.process.send_signal(signal.SIGHUP)
        until(lambda: run.stderr.count("loaded again") > count, "the reload")

    run.wait_lines(1)
    assert WARNING not in run.stderr
    for _ in range(3):
        reload(OTHER)
    assert run.stderr.count(WARNING) == 1
    assert run.end()[0] == 0


@pytest.mark.parametrize("runtimes", [None, [USED], [OTHER, USED], ["a later one", USED]], ids=str)
def test_nothing_is_said_of_a_proven_model_or_one_without_a_list(runtimes, photos, tmp_path):
    model = write_model(tmp_path / "model.tflite", *runtimes) if runtimes else INT8
    for command in ("run", "bench", "info"):
        options = {
            "run": ("--model", model, "--source", photos, "--faces", "off"),
            "bench": ("--model", model, "--frames", 2, "--faces", "off"),
            "info": (model,),
        }[command]
        result = edge(command, *options)
        assert result.returncode == 0
        assert own_lines(result.stderr) == []
        assert "not on" not in result.stdout
    assert ("proven on: " in result.stdout) == bool(runtimes)


def test_bench_and_compare_say_it_too(unproven, photos):
    for arguments in (
        ("bench", "--model", unproven, "--frames", 2, "--faces", "off"),
        ("compare", unproven, unproven, "--images", photos),
    ):
        result = edge(*arguments)
        assert result.returncode == 0
        (line,) = own_lines(result.stderr)
        assert WARNING in line
        assert WARNING not in result.stdout


def test_info_and_doctor_name_the_proven_runtimes(unproven, tmp_path):
    lines = edge("info", unproven).stdout.splitlines()
    assert f"proven on: {OTHER}" in lines
    assert any(WARNING in line for line in lines)
    proof = run_doctor("--model", unproven, code=0)["proof"]
    assert proof["status"] == "warn"
    assert WARNING in proof["found"]
    assert "or convert the model again" in proof["remedy"]
    odd = write_model(tmp_path / "odd.tflite", "a; b", "c]'; reboot")
    proof = run_doctor("--model", odd, code=0)["proof"]
    assert proof["found"].startswith("the model was proven on a; b and c]'; reboot, not on ")
    assert proof["remedy"] == f"convert the model again where {USED} is installed"
    proven = write_model(tmp_path / "proven.tflite", *INSTALLED)
    assert run_doctor("--model", proven, code=0)["proof"] == {
        "check": "proof",
        "status": "ok",
        "found": f"proven on {' and '.join(INSTALLED)}",
        "remedy": "",
    }
    assert "proof" not in run_doctor("--model", INT8, code=0)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"[1]", b'["litert", null]', b"\xff", b"[" * 9999]
)
def test_a_damaged_list_is_reported(text, photos, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(with_files(INT8, more={"runtimes.json": text}))
    result = edge("run", "--model", model, "--source", photos)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert line.endswith("its list of proven runtimes is damaged; copy the model again")
