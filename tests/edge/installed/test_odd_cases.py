"""install-model where something is odd: rights, links, a daemon of its own, nobody in view."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from emotion_edge.errors import RunError
from emotion_edge.installed.install import install
from emotion_edge.installed.status import read_status
from emotion_edge.installed.way_back import leave
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.system.processes import start_ticks
from tests.edge.command_line import command
from tests.edge.models import FLOAT32, HANGS, INT8

SHA = {path: read_model(path).sha256 for path in (SHIPPED, INT8, FLOAT32, HANGS)}


@pytest.mark.parametrize("umask", [0o027, 0o077])
def test_everybody_may_read_what_root_installs_whatever_its_umask_is(device, umask):
    words = command("install-model", INT8, *device.options)
    subprocess.run(words, check=True, umask=umask, capture_output=True)
    assert device.models.stat().st_mode & 0o777 == 0o755
    for name in ("lock", "state.json", f"{SHA[INT8]}.tflite"):
        assert (device.models / name).stat().st_mode & 0o777 == 0o644


def test_a_folder_that_the_daemon_may_not_read_is_no_reason_to_end(device):
    assert device.install(INT8).returncode == 0
    device.models.chmod(0o700)
    program = (
        "import os, sys; os.setuid(65534)\n"
        "from emotion_edge.pipeline.factory import AnalyzerSettings\n"
        "from pathlib import Path\n"
        "settings = AnalyzerSettings(models=Path(sys.argv[1]))\n"
        "print(settings.paths[0].name, settings.keeps_heads, settings.model_name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import emotion_edge.pipeline.factory\n{program}", device.models],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "emotion-compact.tflite False emotion-compact\n", done.stderr


def test_a_link_in_place_of_the_status_is_not_followed(device, tmp_path):
    device.start()
    device.stop()
    path = device.run_dir / "status.json"
    own = {"pid": os.getpid(), "started": start_ticks(os.getpid())}
    path.write_text(json.dumps(json.loads(path.read_text()) | own))
    assert read_status(device.run_dir)  # so that only the link is wrong
    path.rename(tmp_path / "forged")
    path.symlink_to(tmp_path / "forged")
    assert read_status(device.run_dir) is None
    path.unlink()
    os.mkfifo(path)
    assert read_status(device.run_dir) is None


@pytest.mark.parametrize("watch", [0, 2])
def test_a_daemon_with_a_model_of_its_own_is_left_alone(device, watch):
    device.start("--model", FLOAT32)
    result = device.install(INT8, watch=watch)
    assert result.returncode == 1
    assert "started with a model of its own, and would load no other; restart it" in result.stderr
    assert device.wait(lambda status: True).loads == 1


def test_a_model_in_use_whose_file_is_damaged_is_repaired(device):
    device.start()
    assert device.install(INT8).returncode == 0
    (device.models / f"{SHA[INT8]}.tflite").write_bytes(b"garbage")
    result = device.install(INT8)
    assert "tiny.int8 is in use already; its file was damaged, and is whole again" in result.stdout
    device.stop()
    device.start()
    device.goes_on(SHA[INT8])


def test_a_model_that_hangs_is_noticed_with_nobody_in_view(device):
    device.start("--faces", "on")
    result = device.install(HANGS, watch=20)
    assert result.returncode == 1
    assert "has analysed no frame for 10 seconds; emotion-compact is in use again" in result.stderr
    device.goes_on(SHA[SHIPPED])


def test_a_model_that_hangs_can_be_replaced(device):
    assert device.install(HANGS).returncode == 0  # nobody watched it
    device.start()
    device.wait(lambda status: status.frames > 5)
    time.sleep(2)  # until it is blue
    result = device.install(INT8, watch=5)
    assert result.returncode == 0, result.stderr
    device.goes_on(SHA[INT8])


def test_files_of_others_in_the_folder_stay(device):
    device.models.mkdir()
    given = device.models / "better.tflite"
    given.write_bytes(INT8.read_bytes())
    assert device.install(given).returncode == 0
    assert device.install(FLOAT32).returncode == 0
    assert given.exists()


@pytest.mark.parametrize(("avoided", "expected"), [((), INT8), ((INT8,), SHIPPED)])
def test_a_model_is_left_for_the_one_before_or_else_the_shipped_one(device, avoided, expected):
    for path in (INT8, FLOAT32):
        assert device.install(path).returncode == 0
    device.start()
    *_, last = leave(device.settings, {SHA[path] for path in avoided})
    assert last.endswith(" is in use; tiny.float32 was before")
    device.goes_on(SHA[expected])


def test_without_a_daemon_nothing_is_installed_that_needs_one(device):
    settings = replace(device.settings, needs_daemon=True)
    with pytest.raises(RunError, match="no daemon says what it does, so nobody could tell"):
        list(install(INT8, settings))
    assert not (device.models / "state.json").exists()


def test_a_blank_name_is_refused(device):
    result = device.install(INT8, "--name", "  ")
    assert result.returncode == 2
    assert "--name: it is blank" in result.stderr


def test_a_rollback_after_an_interrupted_trial_ends_the_trial(device):
    device.start()
    assert device.install(INT8).returncode == 0
    device.install_and(FLOAT32, device.kill_installer)
    result = device.install("--rollback")
    assert result.returncode == 0
    text = "the trial of tiny.float32 was interrupted: tiny.int8 is in use\n"
    assert result.stdout == text
    device.goes_on(SHA[INT8])
