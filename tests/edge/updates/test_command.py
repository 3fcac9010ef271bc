"""`emotion-edge update` on the command line."""

import json

import pytest

from emotion_edge.util.installation import install_hint
from tests.edge.command_line import edge_without
from tests.edge.models import without_bias


def enrol(tmp_path, published):
    return ("--enrol", published.url, "--root", tmp_path / "root.json")


def test_a_device_is_enrolled_checked_and_updated(tmp_path, published, run):
    result = run()
    assert result.returncode == 2
    assert "takes models from no repository yet; enrol it once: sudo emotion-edge" in result.stderr
    result = run(*enrol(tmp_path, published))
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 release(s) there, for this device: 2026-12" in result.stdout
    result = run("--check")
    assert "should run 2026-12, and runs emotion-compact" in result.stdout
    result = run()
    assert result.returncode == 0, result.stderr
    assert "2026-12 is in use" in result.stdout
    assert run().stdout.splitlines()[-1] == "2026-12 is in use, as it should be"


def test_what_the_daemon_asks_for_is_done(tmp_path, published, run):
    run(*enrol(tmp_path, published))
    assert run("--requested").stdout == "nothing is asked for\n"
    (tmp_path / "run").mkdir()
    for word, line in (("check", "should run 2026-12"), ("install", "2026-12 is in use")):
        (tmp_path / "run" / "update-request").write_text(word)
        result = run("--requested")
        assert (result.returncode, result.stderr) == (0, "")
        assert line in result.stdout
    (tmp_path / "run" / "update-request").symlink_to("/etc/shadow")
    result = run("--requested", "--verbose")
    assert result.returncode == 1
    assert result.stderr.endswith("asks neither to check nor to install; it was removed\n")


def test_a_model_that_does_not_work_is_told_and_not_taken_again(tmp_path, published, run):
    published.publisher.add("broken", b"no model at all", 2)
    published.publisher.publish()
    run(*enrol(tmp_path, published))
    result = run()
    assert result.returncode == 1
    assert "broken does not work here: " in result.stderr
    assert "not a .tflite model" in result.stderr
    assert "2026-12 is in use" in result.stdout  # the next best
    assert "model.tflite" not in result.stderr
    assert run().returncode == 0


def test_a_model_that_the_runtime_cannot_run_is_rejected(tmp_path, published, run):
    published.publisher.add("broken", without_bias(), 2)
    published.publisher.publish()
    run(*enrol(tmp_path, published))
    result = run()
    assert result.returncode == 1
    assert "broken does not work here: " in result.stderr
    assert "2026-12 is in use" in result.stdout
    state = (tmp_path / "models" / "update.json").read_text()
    assert len(json.loads(state)["rejected"]) == 1
    for text in (result.stderr, result.stdout, state):
        assert ".unfinished" not in text and "model.tflite" not in text


def test_nothing_is_installed_that_no_daemon_can_prove(tmp_path, published, run):
    run(*enrol(tmp_path, published))
    result = run("--watch", "1")
    assert result.returncode == 1
    assert "no daemon says what it does" in result.stderr
    state = json.loads((tmp_path / "models" / "update.json").read_text())
    assert (state["installed"], state["failures"]) == ("emotion-compact", {})
    assert "no daemon says what it does" in state["problem"]


def test_a_repository_that_is_away_is_a_failure_that_may_pass(tmp_path, published, run):
    run(*enrol(tmp_path, published))
    published.files = {}
    result = run()
    assert result.returncode == 1
    assert "timestamp.json: there is no such file (404)" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--enrol", "https://user:secret@models.example/"], "enrolled by both together"),
        (["--root", "root.json"], "enrolled by both together"),
        (["--check", "--requested"], "not allowed with argument"),
        (["--enrol", "user:secret@host", "--root", "/etc/passwd"], "is no http:// or https://"),
    ],
)
def test_a_wrong_setting_is_told(run, words, error):
    result = run(*words)
    assert result.returncode == 2
    assert error in result.stderr
    assert "secret" not in result.stderr


def test_without_the_library_the_command_that_installs_it_is_told(tmp_path):
    words = ("update", "--models", tmp_path, "--run-dir", tmp_path)
    result = edge_without("tuf", *words)
    assert result.returncode == 2
    assert f"update needs tuf 6; {install_hint('update')}" in result.stderr
    assert edge_without("tuf", "update", "--help").returncode == 0
