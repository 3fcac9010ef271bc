"""`python -m train.evaluate` on data sets of several parts, by prior, and by named groups."""

import numpy as np
import pytest

from tests.edge.models import INT8, with_contract
from tests.workbench.conftest import make_photos
from tests.workbench.evaluation.test_evaluator import evaluate


@pytest.fixture
def parts(tmp_path):
    """A data set of two parts, of which the second has a wrong label."""
    for name in ("first", "second"):
        make_photos(tmp_path / "data" / name, train=1, validation=4)
    second = tmp_path / "data/second/validation"
    (second / "red/00.png").rename(second / "blue/wrong.png")
    return tmp_path / "data"


def test_each_part_has_its_own_figures(parts, capsys):
    code, figures = evaluate(parts, INT8, "--no-robustness")
    assert code == 0
    assert figures["images"] == 24
    first, second = figures["parts"]["first"], figures["parts"]["second"]
    assert (first["images"], first["accuracy"]) == (12, 1)
    assert (second["images"], second["accuracy"]) == (12, pytest.approx(11 / 12))
    assert second["mean_recall"] == pytest.approx((4 / 5 + 1 + 1) / 3)
    assert list(figures["taus"][0]["parts"]) == ["first", "second"]
    assert "second: accuracy 0.9167" in capsys.readouterr().out
    page = (parts.parent / "build" / f"evaluation.{INT8.name}.html").read_text()
    assert "By part of the data set" in page


def test_unsure_labels_are_not_tested_on(parts):
    (parts / "second" / "unsure.txt").write_text("blue\n")
    _, figures = evaluate(parts, INT8, "--no-robustness")
    assert figures["images"] == 24 - 5
    assert figures["parts"]["second"]["per_class"]["blue"]["support"] == 0
    assert figures["parts"]["second"]["mean_recall"] == 1


def test_the_natural_prior_ignores_the_contracts_tau(parts, tmp_path):
    changed = tmp_path / "changed.tflite"  # it favours green
    changed.write_bytes(with_contract(prior=(0.49, 0.02, 0.49), tau=1.0))
    _, shipped = evaluate(parts, changed, "--no-robustness")
    _, natural = evaluate(parts, changed, "--no-robustness", "--prior", "natural")
    assert (shipped["prior"], shipped["tau"]) == ("shipped", 1)
    assert (natural["prior"], natural["tau"]) == ("natural", 0)
    matrices = [np.array(figures["confusion_matrix"]) for figures in (shipped, natural)]
    assert matrices[0][:, 1].sum() > matrices[1][:, 1].sum()
    rows = {row["tau"]: row["parts"]["first"] for row in shipped["taus"]}
    assert rows[0.0]["accuracy"] == natural["parts"]["first"]["accuracy"]
    assert rows[1.0]["accuracy"] == shipped["parts"]["first"]["accuracy"]


def write_groups(folder, text: str):
    """Write a table of groups."""
    (folder / "groups.csv").write_text(text)
    return folder / "groups.csv"


def test_the_gap_between_named_groups_is_measured(parts, tmp_path, capsys):
    rows = [f"second/validation/green/{i:02}.png,good" for i in range(4)]
    rows += ["wrong.png,bad", "second/validation/red/01.png,bad", "gone.png,bad"]
    table = write_groups(tmp_path, "picture,group\n" + "\n".join(rows))
    code, figures = evaluate(parts, INT8, "--no-robustness", "--groups", str(table))
    assert code == 0
    groups = figures["named_groups"]["groups"]
    assert (groups["good"]["images"], groups["good"]["accuracy"]) == (4, 1)
    assert (groups["bad"]["images"], groups["bad"]["accuracy"]) == (2, 0.5)
    gap = figures["named_groups"]["largest_gap"]
    assert (gap["best"], gap["worst"], gap["gap"]) == ("good", "bad", 0.5)
    captured = capsys.readouterr()
    assert "largest gap: 0.5000 (" in captured.out
    assert "groups.csv: 1 row of other pictures; 18 pictures without a group" in captured.err
    page = (parts.parent / "build" / f"evaluation.{INT8.name}.html").read_text()
    assert "The largest gap is that between good and bad: 50.0 %" in page


def test_a_picture_is_known_by_the_name_it_had_when_it_was_prepared(parts, tmp_path):
    manifest = "key,source,subject,outcome,picture\n"
    manifest += "1,holiday/IMG_1.jpg,,written,validation/red/01.png\n"
    (parts / "first/prepared.csv").write_text(manifest)
    for name in ("IMG_1.jpg", "holiday/IMG_1.jpg"):
        table = write_groups(tmp_path, f"picture,group\n{name},A\n")
        _, figures = evaluate(parts, INT8, "--no-robustness", "--groups", str(table))
        assert figures["named_groups"]["groups"]["A"]["images"] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture,group\nnone.png,A\n", "none of its pictures is in this split"),
        ("picture,group\n02.png,A\n", "give its path in the data set"),
        ("picture,group\nwrong.png,A\nwrong.png,B\n", "wrong.png is in the group 'A', too"),
        ("picture,group\nwrong.png,\n", "line 2: needs a picture and a group"),
        ("picture,who\nwrong.png,A\n", "group"),
        ("", "groups.csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(text, words, parts, tmp_path, capsys):
    table = write_groups(tmp_path, text)
    code, _ = evaluate(parts, INT8, "--no-robustness", "--groups", str(table))
    assert code == 2
    assert words in capsys.readouterr().err


def test_names_with_control_characters_are_safe_to_print(parts, tmp_path, capsys):
    (parts / "second").rename(parts / "sec\x1b[31mond")
    model = tmp_path / "a\x1b[0m.tflite"
    model.write_bytes(INT8.read_bytes())
    rows = 'wrong.png,"A\x1b[2J\nB"\nfirst/validation/red/01.png,C\n'
    table = write_groups(tmp_path, f"picture,group\n{rows}")
    code, figures = evaluate(parts, model, "--no-robustness", "--groups", str(table))
    assert code == 0
    assert "A\x1b[2J\nB" in figures["named_groups"]["groups"]
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    for name in (r"sec\x1b[31mond", r"a\x1b[0m.tflite on", r"A\x1b[2J\nB:", r"and A\x1b[2J\nB"):
        assert name in out
