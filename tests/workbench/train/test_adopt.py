"""`python -m train.adopt`: networks trained elsewhere, up to the labels that the edge prints."""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from emotion_edge.model.contract import loads
from tests.edge.command_line import edge, json_lines
from tests.workbench.conftest import make_photos, run
from tests.workbench.train.engine.runs import ARTIFACTS
from tests.workbench.train.others_networks import train_in_colour, train_in_grey
from train.adopt import main

RANGE_OF_GREY = ("--range", "-1", "1")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data set of three colours with a test split."""
    return make_photos(tmp_path_factory.mktemp("data"), train=30, validation=12, test=15)


@pytest.fixture(scope="module")
def networks(data, tmp_path_factory) -> dict[str, Path]:
    """The files of a network for colour and of one for grey pictures."""
    folder = tmp_path_factory.mktemp("networks")
    train_in_colour(data).save(folder / "colour.keras")
    train_in_grey(data).save(folder / "grey.keras")
    return {name: folder / f"{name}.keras" for name in ("colour", "grey")}


def adopt(network: Path, data: Path, build: Path, *options: str) -> int:
    return main([str(network), "--data", str(data), "--build", str(build), *options])


@pytest.mark.parametrize(("name", "options"), [("colour", ()), ("grey", RANGE_OF_GREY)])
def test_an_adopted_network_is_converted_and_names_pictures_on_the_edge(
    name, options, networks, data, tmp_path
):
    adopted = run("train.adopt", networks[name], "--data", data, "--build", tmp_path, *options)
    assert adopted.returncode == 0, adopted.stderr
    assert "warning" not in adopted.stderr
    assert "retracing" not in adopted.stderr
    converted = run("convert", "--build", tmp_path)
    assert converted.returncode == 0, converted.stderr + converted.stdout
    assert "wrote" in converted.stdout
    labelled = edge(
        "run", "--model", tmp_path / "model.tflite", "--source", data / "test", "--faces", "off"
    )
    assert labelled.returncode == 0, labelled.stderr
    lines = json_lines(labelled.stdout)
    right = [line["label"] == Path(line["source"]).parent.name for line in lines]
    assert len(right) == 45
    assert sum(right) >= 43
    evaluated = run(
        *("train.evaluate", tmp_path / "model.keras", "--data", data, "--split", "test"),
        *("--build", tmp_path, "--no-robustness"),
    )
    assert evaluated.returncode == 0, evaluated.stderr
    report = json.loads((tmp_path / "evaluation.model.keras.json").read_text())
    assert report["accuracy"] >= 43 / 45


def test_it_writes_the_files_of_a_training_but_no_history(networks, data, tmp_path):
    (tmp_path / "history.csv").write_text("of a former training")
    assert adopt(networks["colour"], data, tmp_path) == 0
    expected = ARTIFACTS - {"history.csv", "history.png", "simple_cnn.weights.h5"}
    found = {path.name for path in tmp_path.iterdir()}
    assert found == expected | {"cache", "colour.weights.h5"}
    described = json.loads((tmp_path / "run.json").read_text())
    digest = hashlib.sha256(networks["colour"].read_bytes()).hexdigest()
    assert described["adopted"] == {"file": str(networks["colour"]), "sha256": digest}


def test_the_contract_is_read_from_the_network(networks, data, tmp_path):
    adopt(networks["colour"], data, tmp_path / "colour")
    colour = loads((tmp_path / "colour/contract.json").read_bytes())
    assert colour.input_shape == (24, 24, 3)
    assert (colour.scale, colour.offset, colour.contrast) == (1, 0, "none")
    assert (colour.activation, colour.embedding) == ("softmax", 16)
    assert colour.labels == ("blue", "green", "red")
    adopt(networks["grey"], data, tmp_path / "grey", *RANGE_OF_GREY)
    grey = loads((tmp_path / "grey/contract.json").read_bytes())
    assert grey.input_shape == (20, 24, 1)
    assert (grey.scale, grey.offset) == (pytest.approx(2 / 255), -1)
    assert (grey.activation, grey.contrast) == ("softmax", "none")


def test_logits_become_scores_and_weights_stay(networks, data, tmp_path):
    adopt(networks["grey"], data, tmp_path, *RANGE_OF_GREY)
    images = np.random.default_rng(0).uniform(-1, 1, (5, 20, 24, 1)).astype(np.float32)
    theirs = keras.models.load_model(networks["grey"], compile=False)([images])
    ours = keras.models.load_model(tmp_path / "model.keras", compile=False)(images)
    assert np.array(ours) == pytest.approx(np.array(keras.ops.softmax(theirs)), abs=1e-6)


def test_a_wrong_range_is_noticed(networks, data, tmp_path, capsys):
    assert adopt(networks["grey"], data, tmp_path, "--range", "0", "255") == 0
    assert "warning: with --range -1 1, 1" in capsys.readouterr().err
    adopt(networks["grey"], data, tmp_path, *RANGE_OF_GREY)
    assert "warning" not in capsys.readouterr().err


def test_labels_in_another_order_are_noticed_and_can_be_given(networks, tmp_path, capsys, data):
    other = tmp_path / "other"
    for split in ("train", "validation", "test"):
        (other / split).mkdir(parents=True)
        for label, name in {"blue": "z", "green": "y", "red": "x"}.items():
            (other / split / name).symlink_to(data / split / label)
    assert adopt(networks["colour"], other, tmp_path / "build") == 0
    assert "warning: with --labels z,y,x, 1" in capsys.readouterr().err
    assert adopt(networks["colour"], other, tmp_path / "build", "--labels", "z, y,x") == 0
    assert "warning" not in capsys.readouterr().err
    assert loads((tmp_path / "build/contract.json").read_bytes()).labels == ("z", "y", "x")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("grey", (), "no Rescaling layer, so the range of its input is not known"),
        ("grey", ("--range", "1", "1"), "black and white must differ"),
        ("colour", ("--labels", "red,green"), "must be the folders of"),
        ("colour", ("--labels", "red,green,pink"), "must be the folders of"),
    ],
)
def test_what_does_not_fit_is_refused(name, options, message, networks, data, tmp_path, capsys):
    assert adopt(networks[name], data, tmp_path / "build", *options) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "build").exists()


def test_there_must_be_a_folder_for_each_output(networks, data, tmp_path, capsys):
    two = tmp_path / "two"
    for split in ("train", "validation"):
        (two / split).mkdir(parents=True)
        for label in ("blue", "red"):
            (two / split / label).symlink_to(data / split / label)
    assert adopt(networks["colour"], two, tmp_path / "build") == 2
    assert "it has 3 output(s)" in capsys.readouterr().err
