"""How still and how quick labels are: the figures, and the command that prints them."""

from math import nan

import pytest

from emotion_edge.commands.evaluate_recording import Known, match
from emotion_edge.commands.recording_truth import (
    Moment,
    measure,
    read_truth,
    true_label,
    true_place,
)
from emotion_edge.faces.types import Box
from tests.edge.conftest import INT8, edge, own_words, solid
from tests.edge.recordings import write_recording


def moments(truth: str, said: str) -> list[Moment]:
    """Return a person's moments, ten a second: a letter each, "-" for nobody, "?" for unknown."""
    names = {"-": "no_face", "?": "unknown"}
    return [
        Moment(i / 10, names.get(t, t), names.get(s, s))
        for i, (t, s) in enumerate(zip(truth, said, strict=True))
    ]


def test_what_is_right_all_the_time_flips_never():
    figures = measure([moments("aaaabbbb", "aaaabbbb")])
    assert figures.flips == 0
    assert figures.delays == (0.0,)
    assert (figures.missed, figures.right, figures.unknown) == (0, 1.0, 0.0)
    assert figures.minutes == pytest.approx(0.8 / 60)


def test_a_flip_is_a_change_that_the_truth_did_not_ask_for():
    assert measure([moments("aaaaaa", "ababaa")]).flips == 4
    assert measure([moments("aaaabbbb", "aaaaaabb")]).flips == 0  # late, but one change
    assert measure([moments("aaaabbbb", "aaaacbbb")]).flips == 1
    assert measure([moments("aaaabbbb", "aaaa??bb")]).flips == 1
    assert measure([moments("--aaaa", "---aba")]).flips == 2


def test_delays_are_from_the_truths_change_to_when_it_is_said():
    figures = measure([moments("aaaabbbbcccc----", "aaaaaabbbbbbbb--")])
    assert figures.delays == pytest.approx((0.2, 0.2))
    assert figures.missed == 1


def test_shares_are_of_the_time_that_somebody_is_there():
    figures = measure([moments("aaaa----", "aa?-----"), moments("bb------", "bbaaaaaa")])
    assert figures.minutes == pytest.approx(0.6 / 60)
    assert figures.right == pytest.approx(4 / 6)
    assert figures.unknown == pytest.approx(1 / 6)


def test_truth_is_interpolated_between_its_rows(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("seconds,person,label,x,y\n1,ann,red,100,50\n2,ben,blue,,\n3,ann,blue,200,70\n")
    truth = read_truth(path, ("blue", "red"))
    assert list(truth) == ["ann", "ben"]
    assert [true_label(truth["ann"], t) for t in (0.9, 1, 2.9, 3, 9)] == [
        *("no_face", "red", "red", "blue", "blue")
    ]
    assert true_place(truth["ann"], 2) == (150, 60)
    assert true_place(truth["ann"], 9) == (200, 70)
    assert true_place(truth["ben"], 2) == pytest.approx((nan, nan), nan_ok=True)


def test_each_face_is_one_person_the_nearest():
    ann, ben = Known(Box(0, 0, 100), "a"), Known(Box(60, 0, 100), "b")
    assert match([ann, ben], [(50, 50), (110, 50)]) == ["a", "b"]
    assert match([ben, ann], [(50, 50), (110, 50)]) == ["a", "b"]
    assert match([ann], [(80, 50), (60, 50)]) == ["no_face", "a"]
    assert match([ann], [(151, 50)]) == ["no_face"]
    assert match([ann, Known(Box(300, 0, 120), "c")], [(nan, nan)]) == ["c"]
    assert match([Known(None, "a")], [(nan, nan)]) == ["a"]
    assert match([], [(50, 50)]) == ["no_face"]


BAD_TRUTH = {
    "no such file": (None, "truth.csv: cannot read it: No such file"),
    "no column": ("seconds,emotion\n1,red\n", "no column label"),
    "no label of the model": ("seconds,label\n1,glad\n", "'glad' is none of blue, green, red"),
    "no number": ("seconds,label\nx,red\n", "line 2: 'x' is not a number"),
    "no place": ("seconds,label,x,y\n1,red,left,3\n", "'left' is not a number"),
    "endless": ("seconds,label\nnan,red\n", "'nan' is not a number"),
    "nobody ever": ("seconds,label\n0,no_face\n", "nobody is ever in view"),
    "two people nowhere": ("seconds,person,label\n0,a,red\n0,b,red\n", "no x and y for a, b"),
    "backwards": ("seconds,label\n2,red\n1,blue\n", "line 3: not later"),
}


@pytest.mark.parametrize("kind", BAD_TRUTH)
def test_a_bad_truth_is_refused_in_words(kind, tmp_path):
    text, words = BAD_TRUTH[kind]
    recording = write_recording(tmp_path / "r", [solid("red")] * 2, truth=text or "")
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 2
    assert result.stdout == ""
    assert words in own_words(result.stderr)[-1]
    assert "Traceback" not in result.stderr


def test_replay_prints_figures_before_and_after_the_filter(tmp_path):
    flicker = [solid("red"), solid("red"), solid("blue")] * 10
    recording = write_recording(
        tmp_path / "r",
        [*flicker, *[solid("green")] * 30],
        truth="seconds,label\n0,red\n3,green\n",
    )
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 0, result.stderr
    header, raw, steady = (line.split() for line in result.stdout.splitlines())
    assert header[0] == "flips/min"
    # Nine blues and back is 19 changes in 6 s, the last of which the truth may have asked for.
    assert raw[:3] == ["each", "frame", "190.0"]
    assert raw[3:6] == ["0.00", "s", "0.00"]
    assert steady[:2] == ["steady", "0.0"]
    assert 0.2 <= float(steady[2]) <= 0.7
    assert steady[6] == "0"  # none missed


def test_another_truth_may_be_given(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 5)
    truth = tmp_path / "mine.csv"
    truth.write_text("seconds,label\n0,red\n")
    result = edge("replay", recording, "--truth", truth, "--model", INT8, "--faces", "off")
    assert result.returncode == 0, result.stderr
    assert "100.0%" in result.stdout
