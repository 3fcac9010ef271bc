"""Taught heads belong to a model: they stay when it goes, and are back when it is back."""

import json

import pytest

from emotion_edge.model.model_file import read_model
from tests.edge.command_line import edge
from tests.edge.models import FLOAT32, HANGS, INT8, with_contract
from tests.edge.preloading import FULL, compile_library
from tests.edge.teaching.taught_files import some_faces, taught, write, write_taught
from tests.edge.waiting import until

OWN = ("rot", "grün", "blau")
COLOURS = {"red", "green", "blue"}


@pytest.fixture
def file(device):
    """A taught file for the model that is installed."""
    path = write(device.folder / "taught.json", *OWN)
    path.chmod(0o640)
    result = device.install(INT8, "--taught", path)
    assert result.returncode == 0, result.stderr
    return path


def sees(device, labels: set[str]) -> None:
    """Wait until the daemon prints a label among these, and none but these."""
    start = (device.folder / "stdout").stat().st_size

    def new() -> set[str]:
        text = (device.folder / "stdout").read_bytes()[start:].decode()
        lines = text.splitlines()[1:]  # the first may be of before
        return {json.loads(line)["label"] for line in lines if line.endswith("}")} - {"unknown"}

    found = until(lambda: len(new()) > 1 and new(), f"labels of {labels}")
    assert found <= labels


def test_a_head_goes_and_comes_back_with_its_model(device, file):
    device.start("--taught", file)
    sees(device, set(OWN))
    content = file.read_bytes()
    result = device.install(FLOAT32, "--taught", file)
    assert result.returncode == 0, result.stderr
    assert f"{file}: belongs to the former model and is left out; teach them again" in result.stdout
    sees(device, COLOURS)
    assert "was taught with another model, so it is left out" in device.stderr
    assert file.read_bytes() == content
    result = device.install("--rollback", "--taught", file)
    assert result.returncode == 0, result.stderr
    sees(device, set(OWN))
    assert device.starts == 1


def test_each_of_two_models_has_the_head_that_was_taught_for_it(device, file):
    device.start("--taught", file)
    first = file.read_bytes()
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    write(file, "rosso", "verde", "blu", model=FLOAT32)
    second = file.read_bytes()
    result = device.install("--rollback", "--taught", file)
    assert f"{file}: the head that was taught for this model is back" in result.stdout
    assert file.read_bytes() == first
    sees(device, set(OWN))
    assert device.install("--rollback", "--taught", file).returncode == 0
    assert file.read_bytes() == second
    sees(device, {"rosso", "verde", "blu"})
    kept = list((device.models / "heads").iterdir())
    assert {path.stem for path in kept} == {read_model(path).sha256 for path in (INT8, FLOAT32)}
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert (device.models / "heads").stat().st_mode & 0o777 == 0o700


def test_a_model_that_goes_back_has_its_head_still(device, file):
    device.start("--taught", file)
    content = file.read_bytes()
    text = device.install_and(FLOAT32, device.process.kill)
    assert "tiny.int8 is in use again" in text
    sees(device, set(OWN))
    assert file.read_bytes() == content


def test_a_daemon_starts_with_a_head_of_another_model(device, file):
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    device.start("--taught", file)
    sees(device, COLOURS)


def test_kept_features_are_learnt_again_for_the_same_network(device, file, tmp_path):
    write_taught(file, taught(*OWN, faces=some_faces(OWN, 30)))
    (tmp_path / "calibrated.tflite").write_bytes(with_contract(temperature=2.0))
    result = device.install(tmp_path / "calibrated.tflite", "--taught", file)
    assert f"{file}: the faces in it were learnt again for this model" in result.stdout
    values = json.loads(file.read_text())
    assert values["model"] == read_model(tmp_path / "calibrated.tflite").sha256
    assert len(values["faces"]["targets"]) == 30
    result = device.install(FLOAT32, "--taught", file)  # its features mean something else
    assert "is left out; teach them again" in result.stdout


def test_a_head_goes_with_the_last_copy_of_its_model(device, file, tmp_path):
    (tmp_path / "third.tflite").write_bytes(with_contract(FLOAT32, temperature=2.0))
    kept = device.models / "heads" / f"{read_model(INT8).sha256}.taught"
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    assert kept.exists()
    assert device.install(tmp_path / "third.tflite", "--taught", file).returncode == 0
    assert not kept.exists()
    assert file.exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_text("{"), "the taught file is damaged"),
        (lambda file: file.unlink(), "cannot read the taught file: No such file"),
    ],
)
def test_a_taught_file_that_no_daemon_would_load_is_told_first(device, file, spoil, words):
    device.start("--taught", file)
    spoil(file)
    for given in ((FLOAT32,), ("--rollback",)):
        result = device.install(*given, "--taught", file)
        assert result.returncode == 2
        assert f"{file}: {words}" in result.stderr
    assert device.info()[0].startswith("in use: tiny.int8")
    sees(device, set(OWN))


def test_a_daemon_says_that_it_is_the_taught_file(device, file):
    file.write_text("{")
    result = edge("run", "--source", device.source, *device.options, "--taught", file)
    assert result.returncode == 2
    assert "cannot be used, trying the one before" not in result.stderr
    assert f"{file}: the taught file is damaged" in result.stderr


def test_forgetting_removes_the_copies_too(device, file):
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    (kept,) = (device.models / "heads").iterdir()
    result = edge("teach", "--forget", "--to", file, "--models", device.models)
    assert result.returncode == 0, result.stderr
    assert f"removed: {file}" in result.stdout
    assert f"removed: {kept}" in result.stdout
    assert not file.exists()
    assert not kept.exists()
    result = edge("teach", "--forget", "--to", file, "--models", device.models)
    assert result.returncode == 2
    assert "no such file" in result.stderr


def test_a_damaged_copy_does_not_replace_a_head(device, file):
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    write(file, "rosso", "verde", "blu", model=FLOAT32)
    (device.models / "heads" / f"{read_model(INT8).sha256}.taught").write_text("{")
    second = file.read_bytes()
    result = device.install("--rollback", "--taught", file)
    assert "is left out; teach them again" in result.stdout
    assert file.read_bytes() == second


def test_what_a_killed_process_has_left_of_a_copy_is_forgotten(device, file):
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    (device.models / "heads" / ".unfinished-abc").write_text("half of a head")
    assert device.install("--rollback", "--taught", file).returncode == 0
    result = edge("teach", "--forget", "--to", file, "--models", device.models)
    assert result.returncode == 0
    assert list((device.models / "heads").iterdir()) == []


def test_copies_are_forgotten_without_the_file(device, file):
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    file.unlink()
    result = edge("teach", "--forget", "--to", file, "--models", device.models)
    assert result.returncode == 0
    assert list((device.models / "heads").iterdir()) == []


def test_a_power_cut_in_a_trial_leaves_the_head_of_the_former_model(device, file):
    device.start("--taught", file)
    assert device.install(FLOAT32, "--taught", file).returncode == 0
    write(file, "rosso", "verde", "blu", model=FLOAT32)
    assert device.install("--rollback", "--taught", file).returncode == 0
    sees(device, set(OWN))
    device.install_and(FLOAT32, device.kill_installer, "--taught", file)
    device.stop()
    device.start("--taught", file)
    sees(device, set(OWN))


def test_a_full_disk_does_not_keep_it_from_going_back(device, file, tmp_path):
    device.start("--taught", file)
    library = compile_library(FULL, tmp_path)
    # The model and the trial are written, and then nothing is.
    full = {"LD_PRELOAD": library, "FULL_DISK": device.models, "FULL_AFTER": 2}
    result = device.install(HANGS, "--taught", file, watch=30, env=full)
    assert result.returncode == 1
    assert "has analysed no frame for 10 seconds; tiny.int8 is in use again" in result.stderr
    device.goes_on(read_model(INT8).sha256)
