"""`emotion-edge bench`: its steps with the shipped model, and its table and file."""

import json

import numpy as np
import pytest

from emotion_edge.commands import benchmark_steps
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.preprocessing import adjust_contrast
from tests.edge.command_line import edge
from tests.edge.models import INSTALLED


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "new" / "pi.json"
    result = edge("bench", "--frames", 20, "--faces", "off", "--json", path)
    assert result.returncode == 0, result.stderr
    return result.stdout, json.loads(path.read_text())


def test_the_table_and_the_file_have_the_same_figures(report):
    table, written = report
    lines = [line.split() for line in table.splitlines()]
    for name, figures in written["milliseconds"].items():
        assert 0 < figures["p50"] <= figures["p95"]
        shown = [f"{figures[key]:.3f}" for key in ("p50", "p95")]
        assert [*name.split(), *shown] in lines
    for name in ("machine", "path_over_invoke", "throttling", "temperature_after"):
        assert any(line[0] == name for line in lines if line)


def test_the_ratio_is_the_time_of_the_path_over_that_of_the_network(report):
    figures = report[1]["milliseconds"]
    ratio = figures[benchmark_steps.PATH]["p50"] / figures[benchmark_steps.INVOKE]["p50"]
    assert report[1]["path_over_invoke"] == pytest.approx(ratio, rel=0.01)


def test_the_file_describes_the_measurement_without_personal_data(report):
    written = report[1]
    assert written["model"] == SHIPPED.name
    assert written["multiply_adds"] == 56_955_776
    assert written["frames"] == 20 and written["threads"] == 1
    assert written["runtime"].split()[0] in INSTALLED
    text = json.dumps(written)
    assert "/" not in text.replace("GNU/Linux", "")  # no paths, which contain user names


@pytest.fixture(scope="module")
def classifier():
    return Classifier(SHIPPED)


@pytest.fixture(scope="module")
def steps(classifier):
    return benchmark_steps.make_steps(classifier, None)


def test_the_paths_give_the_same_lines_as_the_daemon(steps):
    tilted, level = (
        json.loads(steps[name]()[0]) for name in (benchmark_steps.PATH, benchmark_steps.LEVEL)
    )
    for line in (tilted, level):
        assert line["event"] in ("frame", "change")
        assert line["box"] == [250, 150, 140, 140]
        assert np.isclose(sum(line["scores"].values()), 1, atol=1e-3)
    assert tilted["scores"] != level["scores"]  # the tilted face is rotated first


def test_each_step_does_its_work(steps, classifier):
    contract = classifier.contract
    picture = steps["  cut out and scale"]()
    assert picture.shape == contract.input_shape
    assert steps["  judge the picture"]() is None  # not rejected
    image = steps["  adjust the contrast"]()
    assert image.shape == contract.input_shape
    assert np.array_equal(image, adjust_contrast(picture, contract))
    assert (image.min(), image.max()) == (0, 255) != (picture.min(), picture.max())
    (seen,), gone = steps["  follow it"]()
    assert seen.face == benchmark_steps.FACE and not gone
    assert json.loads(steps["  write JSON"]()[0])["box"] == [250, 150, 140, 140]


def test_invoke_computes_from_the_quantised_input(steps, classifier):
    network = classifier.network
    network.set_input(np.full(classifier.contract.input_shape, 255, np.uint8))
    network.invoke()
    white = network.read_outputs().logits
    steps["  quantise"]()
    assert np.array_equal(network.read_outputs().logits, white)  # not computed yet
    steps[benchmark_steps.INVOKE]()
    logits, embedding = steps["  dequantise"]()
    assert embedding.shape == (classifier.contract.embedding,)
    assert not np.array_equal(logits, white)
    values = steps["  scores"]()
    assert values.argmax() == logits.argmax()
    assert steps["  smooth"]() in (True, False)


@pytest.mark.searches
def test_detection_is_measured_if_the_detector_is_installed():
    result = edge("bench", "--frames", 1)
    assert result.returncode == 0, result.stderr
    assert benchmark_steps.SEARCH in result.stdout and benchmark_steps.FOLLOW in result.stdout


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (("--model", "none.tflite"), 2, "none.tflite: cannot read the model"),
        (("--frames", 0), 2, "--frames"),
        (("--json", "/proc"), 2, "--json /proc is a folder"),
        (("--frames", 1, "--faces", "off", "--json", "/proc/none/pi.json"), 1, "/proc/none"),
    ],
)
def test_bad_options_and_files_are_errors(options, code, expected):
    result = edge("bench", *options)
    assert result.returncode == code, result.stderr
    assert expected in result.stderr and "Traceback" not in result.stderr
