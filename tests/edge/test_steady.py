"""Labels that hold still: what is said of one face over time."""

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother, SmoothingSettings

LABELS = ("angry", "happy", "sad")
ANGRY, HAPPY, SAD = np.eye(3) * 0.85 + 0.05
TORN = np.array([0.48, 0.47, 0.05])
LOST = np.array([0.36, 0.28, 0.36])


def follow(pictures, *, rate=10.0, steady=None, begin=0.0, doubt=None):
    """Return the Steady and (seconds, label) of each time that another label was said."""
    steady = steady or LabelSmoother(LABELS, SmoothingSettings())
    times = [begin + i / rate for i in range(len(pictures))]
    changes = [
        (round(now, 3), steady.said.label)
        for now, scores in zip(times, pictures, strict=True)
        if steady.update(scores, now, doubt)
    ]
    return steady, changes


def test_nothing_is_said_before_it_has_lasted():
    steady, changes = follow([HAPPY])
    assert steady.said is None
    assert changes == []
    _, changes = follow([HAPPY] * 10)
    assert changes == [(0.2, "happy")]


def test_one_odd_frame_changes_nothing():
    _, changes = follow([HAPPY] * 10 + [SAD] + [HAPPY] * 10 + [ANGRY] + [HAPPY] * 10)
    assert [label for _, label in changes] == ["happy"]


def test_a_label_that_flickers_is_said_once():
    pictures = [HAPPY if i % 3 else TORN[::-1] for i in range(60)]
    _, changes = follow(pictures)
    assert [label for _, label in changes] == ["happy"]


@pytest.mark.parametrize("rate", [5, 10, 30])
def test_a_lasting_change_is_seen_as_soon_whatever_the_frame_rate(rate):
    _, changes = follow([HAPPY] * (2 * rate) + [SAD] * (2 * rate), rate=rate)
    assert [label for _, label in changes] == ["happy", "sad"]
    # The average needs up to 0.15 s, the dwell 0.2 s, and a frame each is waited for.
    assert 0.2 < changes[1][0] - 2 <= 0.35 + 2 / rate


def test_uneven_times_make_the_same_average():
    even, uneven = (
        LabelSmoother(LABELS, SmoothingSettings()),
        LabelSmoother(LABELS, SmoothingSettings()),
    )
    for steady, times in ((even, np.arange(0, 1.01, 0.1)), (uneven, [0, 0.07, 0.4, 0.41, 1.0])):
        steady.update(HAPPY, -0.1)
        for now in times:
            steady.update(SAD, now)
    assert uneven.scores == pytest.approx(even.scores, abs=1e-9)


def test_a_low_score_is_unknown():
    steady, changes = follow([LOST] * 10)
    assert changes == [(0.2, "unknown")]
    assert steady.said == Decision("unknown", "low_score")


def test_two_that_are_close_are_unknown():
    steady, _ = follow([np.array([0.5, 0.49, 0.01])] * 10)
    assert steady.said == Decision("unknown", "low_margin")


def test_a_label_stays_where_it_would_not_have_been_said():
    below = np.array([0.1, 0.35, 0.2])  # between leave and enter
    steady, _ = follow([below] * 10)
    assert steady.said.label == "unknown"
    steady, _ = follow([HAPPY] * 10 + [below] * 50)
    assert steady.said.label == "happy"
    steady, _ = follow([HAPPY] * 10 + [LOST] * 50)
    assert steady.said == Decision("unknown", "low_score")


def test_a_picture_that_is_no_good_is_left_out_of_the_average():
    steady, _ = follow([HAPPY] * 10)
    scores = steady.scores
    steady, changes = follow([SAD] * 10, steady=steady, begin=1.0, doubt="blurred")
    assert steady.scores is scores
    assert changes == [(1.2, "unknown")]
    assert steady.said == Decision("unknown", "blurred")


def test_a_reason_may_change_without_another_label_being_said():
    steady, _ = follow([HAPPY] * 10, doubt="blurred")
    steady, changes = follow([HAPPY] * 3, steady=steady, begin=1.0, doubt="too_dark")
    assert changes == []
    assert steady.said == Decision("unknown", "too_dark")


def test_without_window_and_dwell_every_frame_speaks_for_itself():
    steady = LabelSmoother(LABELS, SmoothingSettings(window=0, dwell=0))
    _, changes = follow([HAPPY, SAD, HAPPY], steady=steady)
    assert [label for _, label in changes] == ["happy", "sad", "happy"]


def test_leaving_above_entering_is_refused():
    with pytest.raises(UserError, match=r"--leave 0\.6 is above --enter 0\.4"):
        SmoothingSettings(leave=0.6)
