"""What `install-model` does where `update` is used as well: both keep update.json right."""

import hashlib
import json

import pytest

from emotion_edge.model.model_file import read_model
from emotion_edge.updates.state import ROLLED_BACK, Report
from emotion_edge.updates.update import update
from tests.edge.command_line import edge
from tests.edge.models import FLOAT32, INT8


@pytest.fixture
def by_hand(tmp_path):
    """A function that runs `install-model` in the folders of `run`."""
    folders = ("--models", tmp_path / "models", "--run-dir", tmp_path / "run", "--watch", "0")

    def run(*words, **options):
        return edge("install-model", *folders, *words, **options)

    return run


@pytest.fixture
def names(tmp_path):
    """A function that returns the names in update.json: of the model in use, and the wanted one."""

    def read():
        values = json.loads((tmp_path / "models" / "update.json").read_text())
        return values["installed"], values["latest"]

    return read


def test_what_is_installed_by_hand_is_told(enrolled, by_hand, names):
    assert names() == ("emotion-compact", "2026-12")
    assert by_hand(FLOAT32, "--name", "mine").returncode == 0
    assert names() == ("mine", "2026-12")
    assert enrolled().returncode == 0
    assert names() == ("2026-12", "2026-12")
    assert by_hand("--rollback").returncode == 0
    assert names() == ("mine", "mine")


def test_one_file_with_two_names_is_one_model(enrolled, by_hand, names):
    assert by_hand(INT8, "--name", "same").returncode == 0
    assert names() == ("same", "same")
    assert enrolled().stdout.splitlines()[-1] == "same is in use, as it should be"
    assert names() == ("same", "same")


def test_without_updates_nothing_is_told(by_hand, tmp_path):
    assert by_hand(INT8).returncode == 0
    assert by_hand("--rollback").returncode == 0
    assert not (tmp_path / "models" / "update.json").exists()


def test_what_was_rolled_back_is_not_taken_again_until_it_is_installed_again(
    enrolled, by_hand, names
):
    enrolled()
    result = by_hand("--rollback")
    assert result.stdout.endswith("emotion-edge update will not take 2026-12 again\n")
    result = enrolled()
    assert f"2026-12 is newer, but was rejected: {ROLLED_BACK}" in result.stdout
    assert "no other release is for this device; it keeps emotion-compact" in result.stdout
    assert by_hand(INT8, "--name", "2026-12").returncode == 0
    assert enrolled().stdout.splitlines()[1:] == ["2026-12 is in use, as it should be"]


@pytest.mark.parametrize("words", [["--rollback"], [FLOAT32]])
def test_a_state_that_cannot_be_written_is_told(enrolled, by_hand, tmp_path, words):
    enrolled()
    lock = tmp_path / "models" / "update.json.lock"
    lock.unlink()
    lock.mkdir()
    result = by_hand(*words)
    assert result.returncode == 1
    in_use = "emotion-compact" if words == ["--rollback"] else "tiny.float32"
    assert f"Is a directory; {in_use} is in use now, but emotion-edge update" in result.stderr


def test_a_rollback_during_a_download_is_not_lost(tester):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    digest = hashlib.sha256(b"twelve").hexdigest()
    run = update(tester.device)
    while not next(run).startswith("fetching"):
        pass
    Report(tester.device.models).installed_by_hand("2026-11", "ab" * 32, left=digest)
    assert list(run)[-1] == "2026-11 is in use, as it should be"
    assert tester.models.content == b"eleven"
    assert tester.state.rejected == {digest: ROLLED_BACK}


def test_a_model_whose_file_is_damaged_is_fetched_again(enrolled, tmp_path):
    enrolled()
    file = tmp_path / "models" / f"{read_model(INT8).sha256}.tflite"
    file.write_bytes(b"damaged")
    told = "the file of 2026-12, the model in use, is damaged or missing"
    assert told in enrolled("--check").stdout
    assert enrolled().returncode == 0
    assert file.read_bytes() == INT8.read_bytes()
    file.unlink()
    assert enrolled().returncode == 0
    assert file.read_bytes() == INT8.read_bytes()
    assert enrolled().stdout.splitlines()[1:] == ["2026-12 is in use, as it should be"]


def test_a_blank_name_is_refused(by_hand, tmp_path):
    result = by_hand(INT8, "--name", "   ")
    assert result.returncode == 2
    assert "--name: it is blank; give a name, or leave it out" in result.stderr
    assert not (tmp_path / "models").exists()
