"""--prior: how frequent the model takes its labels to be."""

import signal
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.pipeline.classifiers import make_classifier
from emotion_edge.pipeline.factory import AnalyzerSettings, remake_classifier
from tests.edge.command_line import EVERY_FRAME, edge, json_lines, own_lines
from tests.edge.models import INT8, with_contract
from tests.edge.recordings import write_recording

UNSURE = np.full((30, 40, 3), (140, 0, 120), np.uint8)  # a little more red than blue


@pytest.fixture
def adjusted(tmp_path) -> Path:
    """A model that takes an unsure picture for the rare blue rather than for the frequent red."""
    path = tmp_path / "adjusted.tflite"
    path.write_bytes(with_contract(INT8, tau=1.0))
    return path


@pytest.fixture
def unsure(tmp_path) -> Path:
    Image.fromarray(UNSURE).save(tmp_path / "unsure.png")
    return tmp_path / "unsure.png"


@pytest.mark.parametrize(
    ("options", "label"),
    [((), "blue"), (("--prior", "shipped"), "blue"), (("--prior", "natural"), "red")],
)
def test_the_natural_prior_takes_nothing_from_frequent_labels(options, label, adjusted, unsure):
    result = edge("run", "--model", adjusted, *EVERY_FRAME, "--source", unsure, *options)
    assert result.returncode == 0, result.stderr
    assert own_lines(result.stderr) == []  # the self-test is that of the model as it is
    (line,) = json_lines(result.stdout)
    assert line["label"] == label


def test_it_can_be_set_in_the_settings_file(write_settings, adjusted, unsure):
    config = ("--config", write_settings('prior = "natural"'))
    result = edge("run", "--model", adjusted, *EVERY_FRAME, "--source", unsure, *config)
    assert json_lines(result.stdout)[0]["label"] == "red"
    assert 'prior = "natural"' in edge("config", *config).stdout
    result = edge("run", "--config", write_settings('prior = "even"'))
    assert result.returncode == 2
    assert 'prior = "even": invalid choice' in result.stderr


@pytest.mark.parametrize(("prior", "tau"), [("shipped", 1.0), ("natural", 0.0)])
def test_the_model_keeps_its_own(prior, tau, adjusted):
    for classifier in (
        make_classifier(adjusted, RuntimeSettings(), prior=prior),
        remake_classifier(AnalyzerSettings(model=adjusted, prior=prior), Event()),
    ):
        assert classifier.contract.tau == tau
        assert classifier.model.contract.tau == 1.0


def test_a_model_that_is_loaded_again_gets_the_same(daemon, adjusted, tmp_path):
    recording = write_recording(tmp_path / "recording", [UNSURE] * 600)
    options = ("--source", f"replay:{recording}", "--model", adjusted, "--prior", "natural")
    run = daemon(*options, "--all")
    run.wait_lines(5)
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr("loaded again")
    run.wait_lines(10)
    assert "red" in {line["label"] for line in run.stdout[-5:]}
    assert {line["raw"] for line in run.stdout} == {"red"}
    assert run.end()[0] == 0


@pytest.mark.parametrize(("prior", "right"), [("shipped", "0.0%"), ("natural", "100.0%")])
def test_a_recording_is_measured_with_it(prior, right, adjusted, tmp_path):
    truth = "seconds,label\n0,red\n"
    recording = write_recording(tmp_path / "recording", [UNSURE] * 20, truth=truth)
    result = edge("replay", recording, "--model", adjusted, "--faces", "off", "--prior", prior)
    assert result.returncode == 0, result.stderr
    frames = next(line for line in result.stdout.splitlines() if line.startswith("each frame"))
    assert right in frames.split()
