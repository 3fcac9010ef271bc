"""`emotion-edge replay`: the stability and the delay of labels."""

import time
from math import isnan, nan

import pytest

from emotion_edge.commands.evaluate_recording import Known, match
from emotion_edge.commands.recording_truth import (
    Key,
    Moment,
    measure,
    placed,
    read_truth,
    true_label,
    true_place,
)
from emotion_edge.faces.types import Box
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import solid
from tests.edge.recordings import write_recording
from tests.edge.waiting import PROMPT_S


def moments(truth: str, labels: str) -> list[Moment]:
    """Return a person's moments, ten a second, from letters: "-" is no_face, "?" is unknown."""
    names = {"-": "no_face", "?": "unknown"}
    return [
        Moment(i / 10, names.get(t, t), names.get(s, s))
        for i, (t, s) in enumerate(zip(truth, labels, strict=True))
    ]


def test_labels_that_are_always_right_never_flip():
    figures = measure([moments("aaaabbbb", "aaaabbbb")])
    assert figures.flips == 0
    assert figures.delays == (0.0,)
    assert (figures.missed, figures.right, figures.unknown) == (0, 1.0, 0.0)
    assert figures.minutes == pytest.approx(0.8 / 60)


def test_a_flip_is_a_change_without_a_change_of_the_truth():
    assert measure([moments("aaaaaa", "ababaa")]).flips == 4
    assert measure([moments("aaaabbbb", "aaaaaabb")]).flips == 0  # late, but one change
    assert measure([moments("aaaabbbb", "aaaacbbb")]).flips == 1
    assert measure([moments("aaaabbbb", "aaaa??bb")]).flips == 1
    assert measure([moments("--aaaa", "---aba")]).flips == 2


def test_a_delay_is_the_time_from_a_change_of_the_truth_to_the_label():
    figures = measure([moments("aaaabbbbcccc----", "aaaaaabbbbbbbb--")])
    assert figures.delays == pytest.approx((0.2, 0.2))
    assert figures.missed == 1


def test_shares_refer_to_the_time_with_somebody_in_view():
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
    assert true_place(placed(truth["ann"]), 2) == (150, 60)
    assert true_place(placed(truth["ann"]), 9) == (200, 70)
    assert true_place(placed(truth["ben"]), 2) == pytest.approx((nan, nan), nan_ok=True)


def test_each_face_matches_the_nearest_person():
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
    "a label that the model lacks": (
        "seconds,label\n1,glad\n",
        "'glad' is none of blue, green, red",
    ),
    "seconds that are not a number": ("seconds,label\nx,red\n", "line 2: 'x' is not a number"),
    "a place that is not a number": ("seconds,label,x,y\n1,red,left,3\n", "'left' is not a number"),
    "seconds that are NaN": ("seconds,label\nnan,red\n", "'nan' is not a number"),
    "nobody ever": ("seconds,label\n0,no_face\n", "nobody is ever in view"),
    "another time": ("seconds,label\n100,red\n", "nobody is in view while the recording lasts"),
    "only before": ("seconds,label\n-5,red\n-1,no_face\n", "do both count from the same moment?"),
    "only between two frames": ("seconds,label\n0.01,red\n0.02,no_face\n", "nobody is in view"),
    "a huge place": ("seconds,label,x,y\n0,red,1e200,3\n", "'1e200' is not a number"),
    "NUL": ("seconds,label\n0,red\0\n", "there is a NUL in the column label"),
    "a column twice": ("seconds,label,label\n0,red,red\n", "the column 'label' is there twice"),
    "two people without places": (
        "seconds,person,label\n0,a,red\n0,b,red\n",
        "no x and y for a, b",
    ),
    "a crowd": (
        "seconds,person,label,x,y\n" + "".join(f"0,{i},red,1,1\n" for i in range(200_000)),
        "line 102: more than 100 people",
    ),
    "times that do not increase": ("seconds,label\n2,red\n1,blue\n", "line 3: not later"),
}


@pytest.mark.parametrize("kind", BAD_TRUTH)
def test_a_bad_truth_is_refused_with_a_reason(kind, tmp_path):
    text, expected = BAD_TRUTH[kind]
    recording = write_recording(tmp_path / "r", [solid("red")] * 2, truth=text or "")
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 2
    assert result.stdout == ""
    assert expected in own_lines(result.stderr)[-1]
    assert "Traceback" not in result.stderr


def test_one_frame_is_too_few_to_measure(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")], truth="seconds,label\n0,red\n")
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 2
    assert "the recording has one frame" in result.stderr


def test_a_person_in_view_at_a_single_frame_can_be_measured(tmp_path):
    truth = "seconds,label\n0.1,red\n0.15,no_face\n"
    recording = write_recording(tmp_path / "r", [solid("red")] * 3, truth=truth)
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 0, result.stderr
    assert "nan" not in result.stdout


def test_a_long_truth_is_looked_up_quickly():
    keys = [Key(float(i), "red", nan, nan) for i in range(200_000)]
    places, start = placed(keys), time.monotonic()
    for seconds in range(0, 200_000, 100):
        assert true_label(keys, seconds + 0.5) == "red"
        assert isnan(true_place(places, seconds)[0])
    assert time.monotonic() - start < PROMPT_S


def test_replay_prints_figures_before_and_after_smoothing(tmp_path):
    flicker = [solid("red"), solid("red"), solid("blue")] * 10
    recording = write_recording(
        tmp_path / "r",
        [*flicker, *[solid("green")] * 30],
        truth="seconds,label\n0,red\n3,green\n",
    )
    result = edge("replay", recording, "--model", INT8, "--faces", "off")
    assert result.returncode == 0, result.stderr
    header, raw, smoothed = (line.split() for line in result.stdout.splitlines())
    assert header[0] == "flips/min"
    # 20 changes in 6 s, one of which the truth explains.
    assert raw[:3] == ["each", "frame", "190.0"]
    assert raw[3:6] == ["0.00", "s", "0.00"]
    assert smoothed[:2] == ["steady", "0.0"]
    assert 0.2 <= float(smoothed[2]) <= 0.7
    assert smoothed[6] == "0"  # missed


def test_another_truth_can_be_used(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 5)
    truth = tmp_path / "mine.csv"
    truth.write_text("seconds,label\n0,red\n")
    result = edge("replay", recording, "--truth", truth, "--model", INT8, "--faces", "off")
    assert result.returncode == 0, result.stderr
    assert "100.0%" in result.stdout
