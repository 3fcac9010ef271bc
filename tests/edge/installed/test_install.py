"""install-model with a running daemon: what is installed, what is refused, what went back."""

import signal

import pytest

from emotion_edge.model.model_file import SHIPPED, read_model
from tests.edge.models import (
    FLOAT32,
    HANGS,
    INT8,
    crashing,
    with_swapped_picture,
    without_bias,
    without_zip,
)

SHA = {path: read_model(path).sha256 for path in (SHIPPED, INT8, FLOAT32, HANGS)}


def test_a_model_is_installed_and_the_former_one_kept(device):
    before = device.start()
    assert before.model == SHA[SHIPPED]
    result = device.install(INT8, "--name", "better")
    assert result.returncode == 0, result.stderr
    assert "better is in use; emotion-compact was before" in result.stdout
    device.goes_on(SHA[INT8])
    assert device.wait(lambda status: True).pid == before.pid
    in_use, former, *_ = device.info()
    assert in_use.startswith(f"in use: better, sha256 {SHA[INT8]}, checked 20")
    assert former == "before: emotion-compact, which comes with this program"
    assert device.install(FLOAT32).returncode == 0
    assert device.info()[1].startswith("before: better, sha256 ")
    assert {path.stem for path in device.models.glob("*.tflite")} == {SHA[INT8], SHA[FLOAT32]}
    device.stop()
    device.start()
    device.goes_on(SHA[FLOAT32])


def test_the_one_in_use_is_not_installed_again(device):
    device.start()
    assert device.install(INT8).returncode == 0
    loads = device.wait(lambda status: True).loads
    result = device.install(INT8, "--name", "another")
    assert (result.returncode, result.stdout) == (0, "tiny.int8 is in use already\n")
    assert device.wait(lambda status: True).loads == loads


def bad_models() -> dict[str, tuple[bytes, str]]:
    return {
        "garbage": (b"garbage", "not a .tflite model"),
        "empty": (b"", "not a .tflite model"),
        "truncated": (INT8.read_bytes()[:-900], "contract"),
        "no contract": (without_zip(INT8), "no contract inside"),
        "wrong golden vector": (with_swapped_picture(INT8), "computes different results"),
        "crashes": (crashing(), "it crashes (SIG"),
        "cannot be run": (without_bias(), "Input tensor 1 lacks data"),
    }


@pytest.mark.parametrize("kind", bad_models())
def test_a_bad_model_is_refused_and_nothing_changed(device, tmp_path, kind):
    device.start()
    assert device.install(FLOAT32).returncode == 0
    state = (device.models / "state.json").read_bytes()
    content, words = bad_models()[kind]
    (tmp_path / "bad.tflite").write_bytes(content)
    result = device.install(tmp_path / "bad.tflite")
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert (device.models / "state.json").read_bytes() == state
    assert [path.stem for path in device.models.glob("*.tflite")] == [SHA[FLOAT32]]
    device.goes_on(SHA[FLOAT32])


def test_a_model_that_hangs_goes_back_by_itself(device):
    device.start()
    assert device.install(FLOAT32).returncode == 0
    result = device.install(HANGS, watch=60)
    assert result.returncode == 1
    assert "has analysed no frame for 10 seconds; tiny.float32 is in use again" in result.stderr
    device.goes_on(SHA[FLOAT32])
    assert device.starts == 2  # it did not answer, so it was ended
    assert device.info()[0].startswith("in use: tiny.float32")
    assert not (device.models / f"{SHA[HANGS]}.tflite").exists()


def test_a_daemon_that_dies_meanwhile_goes_back(device):
    device.start()
    text = device.install_and(INT8, device.process.kill)
    assert "with it the daemon ended, or was restarted; emotion-compact is in use again" in text
    device.goes_on(SHA[SHIPPED])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_it_gets_the_former_model_back(device, number):
    device.start()
    text = device.install_and(INT8, lambda: device.installer.send_signal(number))
    assert "interrupted" in text
    device.goes_on(SHA[SHIPPED])
    assert list(device.models.iterdir()) == [device.models / "lock"]


def test_without_a_daemon_the_next_start_uses_it(device):
    result = device.install(INT8)
    assert result.returncode == 0
    assert "its next start uses the model" in result.stdout
    device.start()
    device.goes_on(SHA[INT8])


def test_a_daemon_that_hangs_is_started_again_with_another_model(device):
    device.start()
    device.process.send_signal(signal.SIGSTOP)
    result = device.install(INT8)
    assert result.returncode == 0, result.stderr
    device.goes_on(SHA[INT8])
    assert device.starts == 2


def test_unwatched_it_is_only_loaded(device):
    device.start()
    result = device.install(INT8, watch=0)
    assert result.returncode == 0
    assert "watching" not in result.stdout
    device.goes_on(SHA[INT8])


def test_only_its_user_may_read_what_the_daemon_says_of_itself(device):
    device.start()
    assert (device.run_dir / "status.json").stat().st_mode & 0o777 == 0o600


def test_two_at_once_are_refused(device):
    device.start()

    def install_another() -> None:
        result = device.install(FLOAT32)
        assert result.returncode == 1
        assert "another process installs a model; try again later" in result.stderr

    device.install_and(INT8, install_another)
    device.goes_on(SHA[INT8])


def test_settings_that_name_a_model_are_told(device, write_settings):
    config = write_settings(f'model = "{FLOAT32}"')
    result = device.install(INT8, "--config", config)
    assert result.returncode == 2
    assert f"the settings name a model of their own: {FLOAT32}; remove the line" in result.stderr
    assert not device.models.exists()
