"""`emotion-edge bench`: real steps of the real model, and what it writes."""

import json

import numpy as np
import pytest

from emotion_edge.commands import benchmark_steps as bench
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import SHIPPED
from tests.edge.conftest import INSTALLED, edge


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "new" / "pi.json"
    result = edge("bench", "--frames", 20, "--faces", "off", "--json", path)
    assert result.returncode == 0, result.stderr
    return result.stdout, json.loads(path.read_text())


def test_the_table_and_the_file_say_the_same(report):
    table, written = report
    lines = [line.split() for line in table.splitlines()]
    for name, figures in written["milliseconds"].items():
        assert 0 < figures["p50"] <= figures["p95"]
        shown = [f"{figures[key]:.3f}" for key in ("p50", "p95")]
        assert [*name.split(), *shown] in lines
    for name in ("machine", "path_over_invoke", "throttling", "temperature_after"):
        assert any(line[0] == name for line in lines if line)


def test_the_ratio_is_of_the_path_to_the_network(report):
    figures = report[1]["milliseconds"]
    ratio = figures[bench.PATH]["p50"] / figures[bench.INVOKE]["p50"]
    assert report[1]["path_over_invoke"] == pytest.approx(ratio, rel=0.01)


def test_the_file_tells_what_was_measured_and_not_whose(report):
    written = report[1]
    assert written["model"] == SHIPPED.name
    assert written["multiply_adds"] == 20_791_968
    assert written["frames"] == 20 and written["threads"] == 1
    assert written["runtime"].split()[0] in INSTALLED
    text = json.dumps(written)
    assert "/" not in text.replace("GNU/Linux", "")  # no paths, which name users


@pytest.fixture(scope="module")
def classifier():
    return Classifier(SHIPPED)


@pytest.fixture(scope="module")
def steps(classifier):
    return bench.make_steps(classifier, None)


def test_the_paths_say_what_the_daemon_says_of_that_frame(steps):
    tilted, level = (json.loads(steps[name]()[0]) for name in (bench.PATH, bench.LEVEL))
    for said in (tilted, level):
        assert said["event"] in ("frame", "change")
        assert said["box"] == [250, 150, 140, 140]
        assert np.isclose(sum(said["scores"].values()), 1, atol=1e-3)
    assert tilted["scores"] != level["scores"]  # one head is turned first


def test_each_step_does_its_part(steps, classifier):
    contract = classifier.contract
    rows, columns, channels = steps["  cut it out"]().shape
    assert rows == columns > contract.width and channels == 3
    assert steps["  judge the picture"]() is None  # nothing to doubt
    assert steps["  scale"]().shape == contract.input_shape
    (seen,), gone = steps["  follow it"]()
    assert seen.face == bench.FACE and not gone
    assert json.loads(steps["  write JSON"]()[0])["box"] == [250, 150, 140, 140]


def test_the_network_alone_is_what_follows_quantising(steps, classifier):
    classifier.set_input(np.full(classifier.contract.input_shape, 255, np.uint8))
    classifier.invoke()
    white = classifier.read_logits()
    steps["  quantise"]()
    assert np.array_equal(classifier.read_logits(), white)  # nothing was computed yet
    steps[bench.INVOKE]()
    said = steps["  dequantise"]()
    assert not np.array_equal(said, white)
    values = steps["  scores"]()
    assert values.argmax() == said.argmax()
    assert steps["  smooth"]() in (True, False)


@pytest.mark.searches
def test_a_search_is_measured_where_there_is_a_finder():
    result = edge("bench", "--frames", 1)
    assert result.returncode == 0, result.stderr
    assert bench.SEARCH in result.stdout and bench.FOLLOW in result.stdout


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--model", "none.tflite"), 2, "none.tflite: cannot read the model"),
        (("--frames", 0), 2, "--frames"),
        (("--json", "/proc"), 2, "--json /proc is a folder"),
        (("--frames", 1, "--faces", "off", "--json", "/proc/none/pi.json"), 1, "/proc/none"),
    ],
)
def test_what_cannot_be_done_is_said(options, code, words):
    result = edge("bench", *options)
    assert result.returncode == code, result.stderr
    assert words in result.stderr and "Traceback" not in result.stderr
