"""Label smoothing: one face's label over time."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother, SmoothingSettings
from tests.edge.models import CONTRACT

LABELS = ("angry", "happy", "sad")
ANGRY, HAPPY, SAD = np.eye(3) * 0.85 + 0.05
UNDECIDED = np.array([0.48, 0.47, 0.05])
LOW_SCORES = np.array([0.36, 0.28, 0.36])


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


def test_there_is_no_decision_before_the_dwell_time():
    smoother, changes = follow([HAPPY])
    assert smoother.decision is None
    assert changes == []
    _, changes = follow([HAPPY] * 10)
    assert changes == [(0.2, "happy")]


def test_one_different_frame_changes_nothing():
    _, changes = follow([HAPPY] * 10 + [SAD] + [HAPPY] * 10 + [ANGRY] + [HAPPY] * 10)
    assert [label for _, label in changes] == ["happy"]


def test_a_flickering_label_changes_once():
    pictures = [HAPPY if i % 3 else UNDECIDED[::-1] for i in range(60)]
    _, changes = follow(pictures)
    assert [label for _, label in changes] == ["happy"]


@pytest.mark.parametrize("rate", [5, 10, 30])
def test_a_lasting_change_takes_as_long_at_every_frame_rate(rate):
    _, changes = follow([HAPPY] * (2 * rate) + [SAD] * (2 * rate), rate=rate)
    assert [label for _, label in changes] == ["happy", "sad"]
    # The average takes up to 0.15 s, the dwell 0.2 s, and each waits for the next frame.
    assert 0.2 < changes[1][0] - 2 <= 0.35 + 2 / rate


def test_uneven_times_give_the_same_average():
    even, uneven = (LabelSmoother(LABELS, SmoothingSettings()) for _ in range(2))
    for smoother, times in ((even, np.arange(0, 1.01, 0.1)), (uneven, [0, 0.07, 0.4, 0.41, 1.0])):
        smoother.update(HAPPY, -0.1)
        for now in times:
            smoother.update(SAD, now)
    assert uneven.scores == pytest.approx(even.scores, abs=1e-9)


def test_a_low_score_is_unknown():
    smoother, changes = follow([LOW_SCORES] * 10)
    assert changes == [(0.2, "unknown")]
    assert smoother.decision == Decision("unknown", "low_score")


def test_two_close_scores_are_unknown():
    smoother, _ = follow([np.array([0.5, 0.49, 0.01])] * 10)
    assert smoother.decision == Decision("unknown", "low_margin")


def test_a_label_is_kept_by_scores_that_would_not_start_it():
    below = np.array([0.1, 0.35, 0.2])  # between leave and enter
    smoother, _ = follow([below] * 10)
    assert smoother.decision.label == "unknown"
    smoother, _ = follow([HAPPY] * 10 + [below] * 50)
    assert smoother.decision.label == "happy"
    smoother, _ = follow([HAPPY] * 10 + [LOW_SCORES] * 50)
    assert smoother.decision == Decision("unknown", "low_score")


def test_a_rejected_frame_does_not_enter_the_average():
    smoother, _ = follow([HAPPY] * 10)
    scores = smoother.scores
    smoother, changes = follow([SAD] * 10, smoother=smoother, begin=1.0, reject_reason="blurred")
    assert smoother.scores is scores
    assert changes == [(1.2, "unknown")]
    assert smoother.decision == Decision("unknown", "blurred")


def test_a_new_reason_does_not_count_as_a_change_of_label():
    smoother, _ = follow([HAPPY] * 10, reject_reason="blurred")
    smoother, changes = follow([HAPPY] * 3, smoother=smoother, begin=1.0, reject_reason="too_dark")
    assert changes == []
    assert smoother.decision == Decision("unknown", "too_dark")


def test_without_window_and_dwell_every_frame_decides():
    smoother = LabelSmoother(LABELS, SmoothingSettings(window=0, dwell=0))
    _, changes = follow([HAPPY, SAD, HAPPY], smoother=smoother)
    assert [label for _, label in changes] == ["happy", "sad", "happy"]


def test_leave_above_enter_is_refused():
    with pytest.raises(UserError, match=r"--leave 0\.6 is above --enter 0\.4"):
        SmoothingSettings(leave=0.6).for_model(replace(CONTRACT, enter=0.4, leave=0.3))


@pytest.mark.parametrize(
    ("window", "dwell", "spacing", "alone"),
    [(0.15, 0.2, 0.2, False), (0.15, 0.2, 0.21, True), (1, 0.2, 0.5, False), (0, 0, 0.03, True)],
)
def test_frames_that_nothing_is_averaged_with_are_judged_alone(window, dwell, spacing, alone):
    smoother = LabelSmoother(LABELS, SmoothingSettings(window=window, dwell=dwell))
    assert smoother.judges_alone(spacing) == alone
    assert smoother.update(HAPPY, 0.0, spacing=spacing) == (alone or dwell == 0)
