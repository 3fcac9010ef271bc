"""A power cut or a full disk at any moment leaves a model that works: the old or the new one."""

import random
import subprocess
import time
from dataclasses import replace

import pytest

from emotion_edge.model.model_file import read_model
from emotion_edge.model.store.state import (
    Entry,
    Installed,
    read_store,
    take_back,
    write_store,
)
from emotion_edge.updates.installed_models import InstalledModels
from tests.edge.command_line import command
from tests.edge.models import FLOAT32, INT8
from tests.edge.preloading import FULL, compile_library

OLD, NEW = read_model(INT8).sha256, read_model(FLOAT32).sha256
WHOLE_S = 7.0  # from the start of install-model to its end, with a second of watching


@pytest.mark.parametrize("part", range(5))
def test_power_cuts_at_ten_random_moments(device, part):
    chance = random.Random(part)
    for _ in range(10):
        device.start()
        assert device.install("--name", "old", INT8, watch=0).returncode == 0
        device.goes_on(OLD)
        words = ("install-model", FLOAT32, *device.options, "--watch", 1)
        installer = subprocess.Popen(command(*words), stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, WHOLE_S))
        installer.kill()
        ended = installer.wait() == 0
        status = device.status()
        assert status  # the daemon runs on
        assert status.model in {OLD, NEW}
        device.stop()
        started = device.start()
        assert started.model == (NEW if ended else started.model)
        assert started.model in {OLD, NEW}
        assert device.info()[0].split("sha256 ")[1][:64] == started.model
        device.goes_on(started.model)
        device.stop()


def test_after_a_power_cut_the_one_on_trial_counts_no_more(device):
    device.start()
    assert device.install("--name", "old", INT8, watch=0).returncode == 0
    device.install_and(FLOAT32, device.kill_installer)
    device.goes_on(NEW)  # it was loaded, and nobody is there to tell
    assert device.info()[0].startswith("in use: old")
    assert device.info()[2].startswith("not installed, because its trial was interrupted: tiny.fl")
    device.stop()
    device.start()
    device.goes_on(OLD)
    assert device.install(FLOAT32).returncode == 0
    device.goes_on(NEW)


def test_the_next_installation_takes_a_daemon_off_an_interrupted_trial(device, tmp_path):
    device.start()
    assert device.install("--name", "old", INT8, watch=0).returncode == 0
    device.install_and(FLOAT32, device.kill_installer)
    device.goes_on(NEW)
    (tmp_path / "bad.tflite").write_bytes(b"garbage")
    assert device.install(tmp_path / "bad.tflite").returncode == 2
    device.goes_on(OLD)
    assert device.starts == 1


def test_a_state_that_was_not_begun_is_not_taken_back(tmp_path):
    old = Entry("old", OLD, "2026-11-30T00:00:00Z")
    state = Installed(in_use=old, exists=True)
    write_store(tmp_path, state)
    take_back(tmp_path, state)  # as if something had failed before `begin` came far
    assert read_store(tmp_path) == state
    write_store(tmp_path, replace(state, trial=old))  # on a file system without links
    take_back(tmp_path, state)
    assert read_store(tmp_path) == state
    take_back(tmp_path, Installed())
    assert read_store(tmp_path) == Installed()


def test_an_update_ends_a_trial_that_was_interrupted(device):
    device.start()
    assert device.install("--name", "old", INT8, watch=0).returncode == 0
    device.install_and(FLOAT32, device.kill_installer)
    device.goes_on(NEW)
    said = InstalledModels(device.settings).settle()
    assert said == "the trial of tiny.float32 was interrupted: old is in use"
    device.goes_on(OLD)


def test_a_daemon_that_was_not_told_any_more_is_told_next_time(device):
    device.start()
    assert device.install("--name", "old", INT8, watch=0).returncode == 0
    device.goes_on(OLD)
    state = read_store(device.models)
    (device.models / f"{NEW}.tflite").write_bytes(FLOAT32.read_bytes())
    new = Entry("new", NEW, "2026-11-30T00:00:00Z")
    write_store(device.models, replace(state, in_use=new, before=state.in_use))
    assert device.install(FLOAT32).stdout == "new is in use already\n"
    device.goes_on(NEW)


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory):
    """A library that makes the disk full after some writes."""
    return compile_library(FULL, tmp_path_factory.mktemp("full"))


@pytest.mark.parametrize("writes", range(4))
def test_a_full_disk_leaves_the_old_model(device, full_disk, writes):
    device.start()
    assert device.install("--name", "old", INT8, watch=0).returncode == 0
    full = {"LD_PRELOAD": full_disk, "FULL_DISK": device.models, "FULL_AFTER": writes}
    result = device.install(FLOAT32, watch=1, env=full)
    if writes < 3:  # the model, the trial, the end of it
        assert result.returncode == 1
        assert "No space left on device" in result.stderr
    assert "Traceback" not in result.stderr
    device.goes_on(OLD if result.returncode else NEW)
    device.stop()
    device.start()
    device.goes_on(OLD if result.returncode else NEW)
