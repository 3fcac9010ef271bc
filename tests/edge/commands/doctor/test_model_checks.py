"""Doctor checks the model without crashing on it."""

import pytest

from emotion_edge.commands.doctor import model_checks
from emotion_edge.commands.doctor.model_checks import load_error
from emotion_edge.pipeline.factory import AnalyzerSettings
from tests.edge.commands.doctor.helpers import run_doctor
from tests.edge.models import CONTRACT, INSTALLED, INT8, seal, without_zip


def test_a_broken_model_is_reported_and_the_other_checks_still_run(tmp_path):
    short = tmp_path / "short.tflite"
    short.write_bytes(INT8.read_bytes()[:400])
    found = run_doctor("--model", short, code=1)
    assert found["model"]["status"] == "fail"
    assert found["model"]["remedy"].startswith("copy the file again, or make the model with")
    assert found["runtime"]["status"] == found["face finder"]["status"] == "ok"


def test_the_preferred_runtime_is_installed_with_what_it_needs_if_only_another_one_is_there(
    monkeypatch,
):
    monkeypatch.setattr(model_checks, "installed_runtimes", lambda: ["tflite-runtime"])
    monkeypatch.setattr(model_checks, "load_error", lambda *_: "numpy 2")
    (found,) = model_checks.runtimes(AnalyzerSettings())
    assert "install 'ai-edge-litert" in found.remedy
    assert "--no-deps" not in found.remedy


@pytest.mark.skipif("tflite-runtime" not in INSTALLED, reason="litert checks the flatbuffer")
def test_a_model_that_crashes_the_runtime_does_not_crash_doctor(tmp_path):
    damaged = tmp_path / "damaged.tflite"
    content = bytearray(without_zip(INT8))
    content[120:124] = b"\xf0\xff\xff\x7f"  # an offset far outside the file
    damaged.write_bytes(seal(bytes(content), CONTRACT))
    assert "SIGSEGV" in load_error("tflite-runtime", damaged.read_bytes())
    found = run_doctor("--model", damaged, "--runtime", "tflite-runtime", code=1)
    assert found["model"]["status"] == "ok"  # the damage shows only when it runs
    assert "crashed" in found["arithmetic"]["found"]
    assert found["runtime"]["remedy"] == "copy or convert the model again"
    assert found["face finder"]["status"] == "ok"
    assert found["camera"]["status"] == "warn"
