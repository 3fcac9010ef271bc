"""`python -m train.evaluate`: its figures, compared with figures counted by hand."""

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import dumps
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from evaluation.corruptions import CORRUPTIONS, corrupt
from evaluation.metrics import quality
from evaluation.predictors import load_predictor
from evaluation.selective_prediction import at_threshold, find_threshold, risk_coverage
from tests.edge.conftest import INT8
from tests.workbench.conftest import COLOURS, inside, make_photos, overwrite, run
from train.data.soft_labels import write_votes
from train.evaluate import main
from train.models import MODELS, contract_of


@pytest.fixture
def data(tmp_path):
    """Images of colours that the tiny model recognises, two of them with a wrong label."""
    folder = make_photos(tmp_path / "data", validation=6)
    (folder / "validation/red/00.png").rename(folder / "validation/blue/wrong.png")
    (folder / "validation/green/00.png").rename(folder / "validation/red/wrong.png")
    votes = {f"validation/blue/{i:02}.png": [6, 2, 0, 2] for i in range(6)}
    write_votes(folder, sorted(COLOURS), votes)
    return folder


def evaluate(data, model, *options):
    """Run the program in this process; return its exit code and figures."""
    build = data.parent / "build"
    arguments = (model, "--data", data, "--build", build, *options)
    code = main([*map(str, arguments)])
    path = build / f"evaluation.{model.name}.json"
    return code, json.loads(path.read_text()) if path.exists() else {}


def test_the_figures_are_those_of_the_model_on_the_pictures(data, capsys):
    code, figures = evaluate(data, INT8)
    assert code == 0
    predictor = load_predictor(INT8, None, "auto")
    paths = sorted((data / "validation").glob("*/*.png"))
    truth = np.array([predictor.contract.labels.index(path.parent.name) for path in paths])
    images = np.stack([preprocess(read_image(path), predictor.contract) for path in paths])
    values = scores(predictor.logits(images), predictor.contract)
    expected = quality(values, truth)
    assert figures["images"] == 18
    assert figures["accuracy"] == pytest.approx(expected.top1) == pytest.approx(16 / 18)
    assert figures["accuracy_ci95"] == pytest.approx(expected.top1_ci95)
    assert figures["macro_f1"] == pytest.approx(expected.macro_f1)
    assert figures["ece"] == pytest.approx(expected.ece)
    assert figures["confusion_matrix"] == [[6, 0, 1], [0, 5, 0], [0, 1, 5]]
    assert figures["per_class"]["blue"]["precision"] == 1
    assert figures["per_class"]["blue"]["recall"] == pytest.approx(6 / 7)
    assert figures["voters"]["images"] == 6
    assert figures["voters"]["agreement"] == pytest.approx(0.6)
    assert figures["voters"]["by_class"] == {"blue": pytest.approx(0.6)}
    assert (figures["bytes"], figures["runtime"]) == (INT8.stat().st_size, "litert")
    said = capsys.readouterr().out
    assert "accuracy  0.8889 (95 % interval" in said
    page = (data.parent / "build" / f"evaluation.{INT8.name}.html").read_text()
    assert "88.9 %" in page
    assert page.count("<svg") == 2
    assert "no measure of skin" in page


def test_pictures_with_a_copy_in_training_are_left_out_of_a_second_figure(data, capsys):
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert figures["unseen"] is None  # nobody has looked for them
    head = "split,picture,label,copy,copy_label,mirrored,correlation\n"
    rows = [f"validation,validation/{name}.png,,,,," for name in ("red/01", "blue/wrong")]
    (data / "leaks.csv").write_text(head + "\n".join(rows))
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert (figures["images"], figures["unseen"]["images"]) == (18, 16)
    assert figures["accuracy"] == pytest.approx(16 / 18)
    assert figures["unseen"]["accuracy"] == pytest.approx(15 / 16)
    assert "without 2 near-copies of other splits 0.9375" in capsys.readouterr().out
    (data / "leaks.csv").write_text("nothing\n")
    code, _ = evaluate(data, INT8)
    assert code == 2
    assert "leaks.csv: not a list of near-duplicates" in capsys.readouterr().err


def test_groups_are_equal_parts_by_what_the_pictures_tell(data):
    for path in sorted((data / "validation/red").glob("*.png")):
        with Image.open(path) as picture:
            picture.resize((160, 120)).save(path)
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert figures["robustness"] == []
    by: dict[str, list] = {}
    for group in figures["groups"]:
        by.setdefault(group["by"].split()[0], []).append(group)
    assert set(by) == {"luminance", "contrast,", "sharpness,", "side"}
    for groups in by.values():
        assert sum(group["images"] for group in groups) == 18
        assert all(one["to"] <= other["from"] for one, other in itertools.pairwise(groups))
    assert {(group["from"], group["to"]) for group in by["side"]} >= {(120.0, 120.0)}


def test_keras_and_its_float_model_get_the_same_figures(tiny, tmp_path):
    assert inside("convert", "--build", tiny, "--variant", "float32").returncode == 0
    with np.load(tiny / "holdout.npz") as holdout:
        for i, (image, target) in enumerate(zip(holdout["images"], holdout["labels"], strict=True)):
            path = tmp_path / "data/test" / str(holdout["classes"][target]) / f"{i:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
    options = ("--split", "test", "--no-robustness")
    _, keras = evaluate(tmp_path / "data", tiny / "model.keras", *options)
    _, tflite = evaluate(tmp_path / "data", tiny / "model.float32.tflite", *options)
    for name in ("images", "accuracy", "macro_f1", "confusion_matrix", "per_class"):
        assert keras[name] == tflite[name]
    written = json.loads((tiny / "evaluation.json").read_text())
    assert keras["accuracy"] == pytest.approx(written["accuracy"], abs=0.011)
    assert keras["parameters"] == tflite["parameters"]


def test_a_threshold_names_fewer_pictures_and_errs_less():
    values = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.55, 0.45]])
    targets = np.array([0, 0, 0, 0, 1])
    coverage, risk, threshold = risk_coverage(values, targets)
    assert coverage == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert threshold == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.55])
    assert at_threshold(values, targets, 0.6) == {
        "threshold": 0.6,
        "coverage": pytest.approx(0.8),
        "accuracy": pytest.approx(0.75),
    }
    assert find_threshold(values, targets, accuracy=0.75, highest=0.9) == 0.56
    assert find_threshold(values, targets, accuracy=0.9, highest=0.75) == 0.71
    assert find_threshold(values, targets, accuracy=0.9, highest=0.5) == 0.5


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_is_worse_the_stronger_it_is(name):
    ramp = np.linspace(40, 220, 48)
    grey = np.clip(ramp + 30 * np.sin(np.arange(48) * 1.3)[:, None], 0, 255).astype(np.uint8)
    picture = grey[:, :, None].repeat(3, axis=2)
    errors = []
    for strength in CORRUPTIONS[name][1]:
        corrupted = corrupt(picture, name, strength)
        seen = np.asarray(Image.fromarray(corrupted).resize((48, 48), Image.Resampling.BILINEAR))
        errors.append(np.abs(seen.astype(int) - picture).mean())
    assert errors[0] > 0
    assert errors == sorted(errors)


def damage(path: Path) -> Path:
    """Write a .keras file that is a valid zip with damaged content, and its contract."""
    model = MODELS["simple_cnn"](2)
    (path.parent / "contract.json").write_text(dumps(contract_of(model, ["a", "b"])))
    model.save(path)
    return overwrite(path, path.read_bytes(), 400)


def change_weights(path: Path) -> Path:
    """Write our model with some weights set to zero, which the runtime does not notice."""
    return overwrite(path, SHIPPED.read_bytes(), 40_000)


BAD = {
    "no such model": (lambda data: data / "none.tflite", (), "none.tflite: cannot read the model"),
    "no model": (lambda data: data / "votes.csv", (), "neither .tflite nor .keras"),
    "no contract": (lambda data: shutil.copy(INT8, data / "m.keras"), (), "cannot be used"),
    "a damaged .keras": (lambda data: damage(data / "m.keras"), (), "m.keras: cannot be used"),
    "another network": (lambda data: change_weights(data / "m.tflite"), (), "copy it again"),
    "no such split": (lambda _: INT8, ("--split", "test"), "test: no such folder"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_evaluated_is_refused_in_words(kind, data, capsys):
    make, options, words = BAD[kind]
    code, _ = evaluate(data, make(data), *options)
    assert code == 2
    assert words in capsys.readouterr().err


def test_faces_cut_by_another_rule_are_refused(data, capsys):
    (data / "crop.json").write_text('{"face_width": 3.5, "eye_height": 0.4}')
    code, _ = evaluate(data, INT8)
    assert code == 2
    assert "prepare the data anew" in capsys.readouterr().err


def test_help_teaches():
    result = run("train.evaluate", "--help")
    assert result.returncode == 0
    assert "python -m train.evaluate models/emotion-compact.tflite --data fer" in result.stdout
