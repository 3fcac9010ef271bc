"""Files that are damaged afterwards: a daemon always finds a model; and the way back."""

import os

import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.store.lock import locked
from tests.edge.command_line import edge, json_lines
from tests.edge.models import FLOAT32, INT8

SHA = {path: read_model(path).sha256 for path in (SHIPPED, INT8, FLOAT32)}


@pytest.fixture
def two(device):
    """A device with two installed models."""
    for path in (INT8, FLOAT32):
        assert device.install(path).returncode == 0
    return device


def test_a_damaged_model_is_replaced_by_the_one_before(two):
    (two.models / f"{SHA[FLOAT32]}.tflite").write_bytes(b"garbage")
    two.start()
    two.goes_on(SHA[INT8])
    assert "the installed model cannot be used, trying the one before: " in two.stderr


def test_without_any_the_shipped_one_is_used(two):
    for path in two.models.glob("*.tflite"):
        path.unlink()
    two.start()
    two.goes_on(SHA[SHIPPED])


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": 2}', '{"version": 1, "in_use": {"name": "x"}}', "[" * 10**5],
)
def test_a_damaged_state_is_told(two, content):
    (two.models / "state.json").write_text(content)
    two.start()
    two.goes_on(SHA[SHIPPED])
    assert f"{two.models}/state.json: cannot read which model is installed" in two.stderr
    result = two.install(INT8)
    assert result.returncode == 2
    assert "remove it, and install the model again" in result.stderr
    (two.models / "state.json").unlink()
    assert two.install(INT8).returncode == 0
    two.goes_on(SHA[INT8])


def test_a_path_in_the_state_leads_nowhere_else(two):
    state = two.models / "state.json"
    state.write_text(state.read_text().replace(SHA[FLOAT32], "../" + SHA[FLOAT32][3:]))
    result = edge("info", "--models", two.models)
    assert result.returncode == 2
    assert "a SHA-256 in it is none" in result.stderr


def test_rollback_goes_to_and_fro(two):
    two.start()
    for path in (INT8, FLOAT32):
        assert two.install("--rollback").returncode == 0
        two.goes_on(SHA[path])
    assert two.info()[1].startswith("before: tiny.int8")


def test_rollback_to_the_shipped_one(device):
    device.start()
    assert device.install(INT8, watch=0).returncode == 0
    result = device.install("--rollback")
    assert result.returncode == 0
    assert "emotion-compact is in use; tiny.int8 was before" in result.stdout
    device.goes_on(SHA[SHIPPED])


def test_rollback_to_nothing_is_refused(device):
    result = device.install("--rollback")
    assert result.returncode == 2
    assert "no model was in use before" in result.stderr


def test_rollback_to_a_damaged_model_is_refused(two):
    (two.models / f"{SHA[INT8]}.tflite").unlink()
    result = two.install("--rollback")
    assert result.returncode == 2
    assert "cannot go back to tiny.int8: " in result.stderr
    assert two.info()[0].startswith("in use: tiny.float32")


def test_file_and_rollback_are_one_too_many(device):
    for words in ((INT8, "--rollback"), ()):
        result = device.install(*words)
        assert result.returncode == 2
        assert "give either a model's FILE or --rollback" in result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_somebody_else_may_not_install(device):
    device.models.mkdir(mode=0o755)
    child = os.fork()
    if not child:
        try:
            os.setuid(65534)
            with locked(device.models):
                os._exit(1)
        except UserError as error:
            os._exit(0 if "call it by sudo" in str(error) else 2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_model_in_use_is_that_of_every_command(two, photos):
    result = edge("run", "--source", photos, "--faces", "off", "--all", "--models", two.models)
    assert [line["raw"] for line in json_lines(result.stdout)] == ["blue", "green", "red"]
    result = edge("doctor", "--faces", "off", "--models", two.models)
    assert f"{SHA[FLOAT32]}.tflite: 3 labels (blue, green, red)" in result.stdout
