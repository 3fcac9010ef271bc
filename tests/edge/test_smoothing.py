"""Stable labels: one face's label over time."""

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother, SmoothingSettings

LABELS = ("angry", "happy", "sad")
ANGRY, HAPPY, SAD = np.eye(3) * 0.85 + 0.05
TORN = np.array([0.48, 0.47, 0.05])
LOST = np.array([0.36, 0.28, 0.36])


def follow(pictures, *, rate=10.0, smoother=None, begin=0.0, reject_reason=None):
    """Return the smoother and (seconds, label) of each change of the label."""
    smoother = smoother or LabelSmoother(LABELS, SmoothingSettings())
    times = [begin + i / rate for i in range(len(pictures))]
    changes = [
        (round(now, 3), smoother.decision.label)
        for now, scores in zip(times, pictures, strict=True)
        if smoother.update(scores, now, reject_reason)
    ]
    return smoother, changes


def test_nothing_is_said_before_it_has_lasted():
    smoother, changes = follow([HAPPY])
    assert smoother.decision is None
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
    for smoother, times in ((even, np.arange(0, 1.01, 0.1)), (uneven, [0, 0.07, 0.4, 0.41, 1.0])):
        smoother.update(HAPPY, -0.1)
        for now in times:
            smoother.update(SAD, now)
    assert uneven.scores == pytest.approx(even.scores, abs=1e-9)


def test_a_low_score_is_unknown():
    smoother, changes = follow([LOST] * 10)
    assert changes == [(0.2, "unknown")]
    assert smoother.decision == Decision("unknown", "low_score")


def test_two_that_are_close_are_unknown():
    smoother, _ = follow([np.array([0.5, 0.49, 0.01])] * 10)
    assert smoother.decision == Decision("unknown", "low_margin")


def test_a_label_stays_where_it_would_not_have_been_said():
    below = np.array([0.1, 0.35, 0.2])  # between leave and enter
    smoother, _ = follow([below] * 10)
    assert smoother.decision.label == "unknown"
    smoother, _ = follow([HAPPY] * 10 + [below] * 50)
    assert smoother.decision.label == "happy"
    smoother, _ = follow([HAPPY] * 10 + [LOST] * 50)
    assert smoother.decision == Decision("unknown", "low_score")


def test_a_picture_that_is_no_good_is_left_out_of_the_average():
    smoother, _ = follow([HAPPY] * 10)
    scores = smoother.scores
    smoother, changes = follow([SAD] * 10, smoother=smoother, begin=1.0, reject_reason="blurred")
    assert smoother.scores is scores
    assert changes == [(1.2, "unknown")]
    assert smoother.decision == Decision("unknown", "blurred")


def test_a_reason_may_change_without_another_label_being_said():
    smoother, _ = follow([HAPPY] * 10, reject_reason="blurred")
    smoother, changes = follow([HAPPY] * 3, smoother=smoother, begin=1.0, reject_reason="too_dark")
    assert changes == []
    assert smoother.decision == Decision("unknown", "too_dark")


def test_without_window_and_dwell_every_frame_speaks_for_itself():
    smoother = LabelSmoother(LABELS, SmoothingSettings(window=0, dwell=0))
    _, changes = follow([HAPPY, SAD, HAPPY], smoother=smoother)
    assert [label for _, label in changes] == ["happy", "sad", "happy"]


def test_leaving_above_entering_is_refused():
    with pytest.raises(UserError, match=r"--leave 0\.6 is above --enter 0\.4"):
        SmoothingSettings(leave=0.6).for_model(
            Contract(labels=LABELS, width=8, height=8, activation="softmax")
        )
