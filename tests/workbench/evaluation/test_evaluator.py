"""`python -m train.evaluate`: its figures, compared with figures computed here."""

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
from evaluation.metrics import Quality, quality
from evaluation.predictors import load_predictor
from tests.edge.models import INT8
from tests.workbench.conftest import COLOURS, make_photos, overwrite, run, run_in_process
from train.data.soft_labels import write_votes
from train.evaluate import main
from train.models import MODELS, contract_of


@pytest.fixture
def data(tmp_path):
    """Pictures of colours that the tiny model recognises, two of them with a wrong label."""
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


def measure(split: Path) -> Quality:
    """Return the tiny model's quality on a folder of classes."""
    predictor = load_predictor(INT8, None, "auto")
    paths = sorted(split.glob("*/*.png"))
    targets = np.array([predictor.contract.labels.index(path.parent.name) for path in paths])
    images = np.stack([preprocess(read_image(path), predictor.contract) for path in paths])
    logits = predictor.logits(images) + predictor.logits(images[:, :, ::-1])
    return quality(scores(logits / 2, predictor.contract), targets)


def test_the_figures_match_the_models_scores_on_the_pictures(data, capsys):
    code, figures = evaluate(data, INT8)
    assert code == 0
    expected = measure(data / "validation")
    assert figures["images"] == 18
    assert figures["accuracy"] == pytest.approx(expected.top1) == pytest.approx(16 / 18)
    assert figures["accuracy_ci95"] == pytest.approx(expected.top1_ci95)
    assert figures["macro_f1"] == pytest.approx(expected.macro_f1)
    assert figures["mean_recall"] == pytest.approx((6 / 7 + 1 + 5 / 6) / 3)
    assert figures["ece"] == pytest.approx(expected.ece)
    assert figures["confusion_matrix"] == [[6, 0, 1], [0, 5, 0], [0, 1, 5]]
    assert figures["per_class"]["blue"]["precision"] == 1
    assert figures["per_class"]["blue"]["recall"] == pytest.approx(6 / 7)
    assert figures["voters"]["images"] == 6
    assert figures["voters"]["agreement"] == pytest.approx(0.6)
    assert figures["voters"]["by_class"] == {"blue": pytest.approx(0.6)}
    assert (figures["bytes"], figures["runtime"]) == (INT8.stat().st_size, "litert")
    assert "accuracy  0.8889 (95 % interval" in capsys.readouterr().out
    page = (data.parent / "build" / f"evaluation.{INT8.name}.html").read_text()
    assert "88.9 %" in page
    assert page.count("<svg") == 2
    assert "no measure of skin" in page


def test_a_second_figure_leaves_out_pictures_with_a_copy_in_training(data, capsys):
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert figures["unseen"] is None  # no search for copies was made
    head = "split,picture,label,copy,copy_label,mirrored,correlation\n"
    rows = [f"validation,validation/{name}.png,,,,," for name in ("red/01", "blue/wrong")]
    (data / "leaks.csv").write_text(head + "\n".join(rows))
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert (figures["images"], figures["unseen"]["images"]) == (18, 16)
    assert figures["accuracy"] == pytest.approx(16 / 18)
    assert figures["unseen"]["accuracy"] == pytest.approx(15 / 16)
    assert "without 2 near-copies of other splits 0.9375" in capsys.readouterr().out
    (data / "leaks.csv").write_text(head + rows[0])
    evaluate(data, INT8, "--no-robustness")
    assert "without 1 near-copy of other splits" in capsys.readouterr().out
    page = (data.parent / "build" / f"evaluation.{INT8.name}.html").read_text()
    assert "without 1 near-duplicate of images" in page
    (data / "leaks.csv").write_text("nothing\n")
    code, _ = evaluate(data, INT8)
    assert code == 2
    assert "leaks.csv: not a list of near-duplicates" in capsys.readouterr().err


def test_groups_by_a_property_of_the_pictures_are_of_equal_size(data):
    for path in sorted((data / "validation/red").glob("*.png")):
        with Image.open(path) as picture:
            picture.resize((160, 120)).save(path)
    _, figures = evaluate(data, INT8, "--no-robustness")
    assert figures["robustness"] == []
    by_property: dict[str, list] = {}
    for group in figures["groups"]:
        by_property.setdefault(group["by"].split()[0], []).append(group)
    assert set(by_property) == {"luminance", "contrast,", "sharpness,", "size"}
    for groups in by_property.values():
        assert sum(group["images"] for group in groups) == 18
        assert all(one["to"] <= other["from"] for one, other in itertools.pairwise(groups))
    assert {(group["from"], group["to"]) for group in by_property["size"]} >= {(120.0, 120.0)}


def write_holdout(holdout: Path, split: Path) -> None:
    """Write the images of holdout.npz as a folder of classes."""
    with np.load(holdout) as archive:
        names = archive["classes"][archive["labels"]]
        for i, (image, name) in enumerate(zip(archive["images"], names, strict=True)):
            path = split / str(name) / f"{i:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)


def test_keras_and_the_float32_model_get_the_same_figures(tiny, tmp_path):
    assert run_in_process("convert", "--build", tiny, "--variant", "float32").returncode == 0
    write_holdout(tiny / "holdout.npz", tmp_path / "data/test")
    options = ("--split", "test", "--no-robustness")
    _, keras = evaluate(tmp_path / "data", tiny / "model.keras", *options)
    _, tflite = evaluate(tmp_path / "data", tiny / "model.float32.tflite", *options)
    for name in ("images", "accuracy", "macro_f1", "confusion_matrix", "per_class"):
        assert keras[name] == tflite[name]
    written = json.loads((tiny / "evaluation.json").read_text())
    assert keras["accuracy"] == pytest.approx(written["accuracy"], abs=0.011)
    assert keras["parameters"] == tflite["parameters"]


def write_damaged_keras(path: Path) -> Path:
    """Write a .keras file that is a valid zip with damaged content, and its contract."""
    model = MODELS["simple_cnn"](2)
    (path.parent / "contract.json").write_text(dumps(contract_of(model, ["a", "b"])))
    model.save(path)
    return overwrite(path, path.read_bytes(), 400)


def write_changed_weights(path: Path) -> Path:
    """Write our model with some weights set to zero, which the runtime accepts."""
    return overwrite(path, SHIPPED.read_bytes(), 40_000)


BAD = {
    "no such model": (lambda data: data / "none.tflite", (), "none.tflite: cannot read the model"),
    "not a model": (lambda data: data / "votes.csv", (), "neither .tflite nor .keras"),
    "no contract": (lambda data: shutil.copy(INT8, data / "m.keras"), (), "cannot be used"),
    "a damaged .keras": (
        lambda data: write_damaged_keras(data / "m.keras"),
        (),
        "m.keras: cannot be used",
    ),
    "changed weights": (lambda data: write_changed_weights(data / "m.tflite"), (), "copy it again"),
    "no such split": (lambda _: INT8, ("--split", "test"), "test: no such folder"),
}


@pytest.mark.parametrize("kind", BAD)
def test_unusable_models_and_data_are_refused_with_the_reason(kind, data, capsys):
    write, options, words = BAD[kind]
    code, _ = evaluate(data, write(data), *options)
    assert code == 2
    assert words in capsys.readouterr().err


def test_faces_cropped_by_another_rule_are_refused(data, capsys):
    (data / "crop.json").write_text('{"face_width": 3.5, "eye_height": 0.4}')
    code, _ = evaluate(data, INT8)
    assert code == 2
    assert "prepare the data again" in capsys.readouterr().err


def test_a_split_of_another_name_is_named(data, capsys):
    (data / "validation").rename(data / "valid")
    code, _ = evaluate(data, INT8)
    assert code == 2
    assert "rename " + str(data / "valid") + " to validation" in capsys.readouterr().err


def test_help_shows_an_example():
    result = run("train.evaluate", "--help")
    assert result.returncode == 0
    assert "python -m train.evaluate models/emotion-compact.tflite --data fer" in result.stdout
