"""The model card, README and docs/ quote the figures measured on the shipped model."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from emotion_edge.model.model_file import SHIPPED
from evaluation.model_card import CARD, MODEL, main, render
from tests.workbench.conftest import REPOSITORY
from tests.workbench.train.test_compact import FERPLUS
from train.evaluate import main as evaluate
from train.prepare.__main__ import main as prepare

MODELS = REPOSITORY / "models"
COLUMNS = ("natural", "colour", "former", "other_runtime")


@pytest.fixture
def models(tmp_path):
    """A copy of the folder without the card."""
    shutil.copytree(MODELS, tmp_path / "models")
    (tmp_path / "models" / CARD).unlink()
    return tmp_path / "models"


def figures(name: str) -> dict:
    """Return the evaluation of a model in models/."""
    return json.loads((MODELS / f"evaluation.{name}.json").read_text())


def test_the_card_is_rendered_from_the_figures():
    assert render(MODELS) == (MODELS / CARD).read_text(encoding="utf-8")


def test_the_figures_belong_to_the_model_that_the_program_uses():
    assert SHIPPED.read_bytes() == (MODELS / MODEL).read_bytes()
    assert figures(MODEL)["sha256"] == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert figures(MODEL)["bytes"] == SHIPPED.stat().st_size


def test_the_model_is_worth_shipping():
    int8, keras = figures(MODEL), figures("emotion-compact.keras")
    natural, colour, former, other = (
        json.loads((MODELS / f"{name}.json").read_text()) for name in COLUMNS
    )
    assert int8["images"] == keras["images"] == figures("simple_cnn.tflite")["images"] == 3296
    assert int8["sha256"] == natural["sha256"] == colour["sha256"] == other["sha256"]
    assert natural["accuracy"] >= 0.865
    assert int8["accuracy"] >= natural["accuracy"] - 0.009
    assert int8["accuracy"] >= keras["accuracy"] - 0.003
    assert int8["one_look"]["accuracy"] >= keras["one_look"]["accuracy"] - 0.003
    for measured in (int8, other):
        assert measured["accuracy"] >= 0.856
        assert measured["macro_f1"] >= 0.77
        assert measured["mean_recall"] >= 0.78
        assert measured["ece"] <= 0.03
    assert colour["ece"] <= 0.08
    assert colour["accuracy"] >= former["accuracy"]
    for measured in (int8, colour):
        assert measured["thresholds"]["enter"]["coverage"] >= 0.8
        assert measured["thresholds"]["enter"]["accuracy"] >= 0.88


def test_the_model_is_small_and_fast():
    int8, latency = figures(MODEL), json.loads((MODELS / "latency.json").read_text())
    assert latency["litert"][MODEL] <= 0.6 * latency["litert"]["simple_cnn.tflite"]
    assert int8["multiply_adds"] <= 60_000_000
    assert int8["parameters"] <= 1_000_000
    assert int8["bytes"] <= 1_200_000


def test_a_second_run_of_the_training_ends_within_a_point():
    first, second = figures(MODEL), json.loads((MODELS / "repeated.json").read_text())
    assert second["sha256"] != first["sha256"]
    assert second["images"] == first["images"]
    assert second["accuracy"] == pytest.approx(first["accuracy"], abs=0.01)


@pytest.mark.long
def test_the_figures_can_be_measured_again(tmp_path):
    """Run the current code from the archive through face detection to the runtime."""
    if not FERPLUS.exists():
        pytest.skip("needs FER+ as one file, which is not part of the repository")
    with np.load(FERPLUS) as archive:
        held = archive["split"] == "validation"
        arrays = {name: archive[name][held] for name in ("images", "votes", "split", "name")}
    np.savez(tmp_path / "validation.npz", **arrays)
    data, build = tmp_path / "data", tmp_path / "build"
    assert prepare(["--npz", str(tmp_path / "validation.npz"), "--to", str(data)]) == 0
    options = ("--data", data, "--build", build, "--no-robustness")
    assert evaluate([*map(str, (SHIPPED, *options))]) == 0
    again, shipped = json.loads((build / f"evaluation.{MODEL}.json").read_text()), figures(MODEL)
    for name in ("images", "sha256", "labels"):
        assert again[name] == shipped[name]
    # Another processor may round a sum the other way.
    for name in ("accuracy", "macro_f1", "ece"):
        assert again[name] == pytest.approx(shipped[name], abs=0.002)


def test_the_card_is_written_and_follows_changed_figures(models, capsys):
    assert main(["--models", str(models)]) == 0
    assert (models / CARD).read_text(encoding="utf-8") == render(MODELS)
    path = models / f"evaluation.{MODEL}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"accuracy": 0.1234}))
    assert "| 12.3 % |" in render(models)
    assert "| 12.3 % |" not in (models / CARD).read_text(encoding="utf-8")
    capsys.readouterr()


@pytest.mark.parametrize(
    "name",
    ["run.json", "run.taught.json", "latency.json", "colour.json", "former.json", f"{CARD}.in"],
)
@pytest.mark.parametrize("text", [None, "{{"], ids=["gone", "damaged"])
def test_a_missing_or_damaged_file_is_named(name, text, models, capsys):
    (models / name).unlink()
    if text:
        (models / name).write_text(text)
    assert main(["--models", str(models)]) == 2
    assert name in capsys.readouterr().err
    assert not (models / CARD).exists()


@pytest.mark.parametrize(
    "name",
    ["run.json", "latency.json", "colour.json", "photographs.jsonl", f"evaluation.{MODEL}.json"],
)
def test_without_the_figures_no_card_is_written(name, models, capsys):
    (models / name).write_text("{}")
    assert main(["--models", str(models)]) == 2
    assert f"{CARD}.in: cannot fill it from the JSON files" in capsys.readouterr().err
    assert not (models / CARD).exists()


def page(name: str) -> str:
    """Return a page of the documentation."""
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [MODEL, "simple_cnn.tflite"])
def test_the_page_on_training_quotes_the_measured_figures(name):
    lines, measured = page("docs/training.md").splitlines(), figures(name)
    low, high = (100 * end for end in measured["accuracy_ci95"])
    for row, quoted in (
        ("int8, bytes", f"{measured['bytes']:,}"),
        (
            "int8, accuracy (95 % interval)",
            f"{100 * measured['accuracy']:.1f} % ({low:.1f} to {high:.1f})",
        ),
        ("int8, macro-F1", f"{measured['macro_f1']:.3f}"),
        ("parameters", f"{measured['parameters']:,}"),
        ("multiply-adds", f"{measured['multiply_adds']:,}"),
    ):
        (line,) = (line for line in lines if line.startswith(f"| {row} |"))
        assert f" {quoted} |" in line


def test_readme_and_docs_quote_the_measured_figures_in_their_text():
    ours = figures(MODEL)
    unseen, images = ours["unseen"], f"{ours['images']:,}"
    times = json.loads((MODELS / "latency.json").read_text())
    photographs = json.loads((MODELS / "photographs.json").read_text())
    for name, quoted in (
        (
            "README.md",
            f"FER+ and on {photographs['accuracy']:.1%} of {photographs['images']} photographs",
        ),
        (
            "README.md",
            f"one file of {ours['bytes']:,} bytes, right on {ours['accuracy']:.1%} of the {images}",
        ),
        (
            "docs/datasets.md",
            f"{ours['images'] - unseen['images']} of the {images} validation pictures have a copy",
        ),
        (
            "docs/datasets.md",
            f"our model is right in {unseen['accuracy']:.1%} instead of {ours['accuracy']:.1%}",
        ),
        ("docs/training.md", f"inference, LiteRT | 1 | {times['litert'][MODEL]:.2f} |"),
        (
            "docs/training.md",
            f"inference, tflite-runtime | 1 | {times['tflite-runtime'][MODEL]:.2f} |",
        ),
    ):
        assert quoted.replace("%", " %") in " ".join(page(name).split()), name
