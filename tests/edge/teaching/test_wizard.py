"""The steps of a lesson, frame by frame."""

import numpy as np
import pytest

from emotion_edge.model.network import Outputs
from emotion_edge.teaching.faces import SeenFace
from emotion_edge.teaching.wizard import COUNTDOWN_S, TOO_LIKE, Wizard

OUTPUTS = Outputs(np.zeros(3, np.float32), np.ones(4, np.float32))


def face(number):
    """A face that differs from those of other numbers."""
    image = np.random.default_rng(number).integers(0, 256, (8, 8, 1)).astype(np.uint8)
    return SeenFace(image, [OUTPUTS, OUTPUTS])


@pytest.fixture
def wizard():
    return Wizard(["happy", "wink"], 4)


def watch(wizard, start, seconds, *, still=False):
    """Show a face, ten frames a second, until the time is over or all is done; return the time."""
    for number in range(round(10 * seconds)):
        now = start + number / 10
        if wizard.done:
            break
        wizard.see(now, face(0 if still else round(10 * now)))
    return now + 0.1


def step(wizard):
    return wizard.view.step, wizard.view.label, wizard.view.taken


def test_each_label_has_a_burst_in_each_round(wizard):
    watch(wizard, 50.0, 60)
    assert wizard.done
    faces = wizard.faces(("happy", "neutral", "wink"))
    assert faces.targets.tolist() == [0, 0, 2, 2, 0, 0, 2, 2]
    assert faces.bursts.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert faces.features.shape == (8, 2, 4)
    assert faces.logits.shape == (8, 2, 3)


def test_nothing_is_taken_during_the_countdown(wizard):
    now = watch(wizard, 50.0, COUNTDOWN_S)
    assert step(wizard) == (1, "happy", 0)
    assert not wizard.view.again
    assert 0 < wizard.view.seconds <= 0.11
    watch(wizard, now, 0.2)
    assert step(wizard) == (1, "happy", 1)
    assert wizard.view.seconds == 0


def test_a_face_that_does_not_move_is_taken_once(wizard):
    now = watch(wizard, 50.0, COUNTDOWN_S + 5, still=True)
    assert step(wizard) == (1, "happy", 1)
    assert wizard.view.problem == TOO_LIKE
    watch(wizard, now, 0.2)
    assert step(wizard) == (2, "wink", 0)


def test_a_frame_without_a_good_face_is_named_and_waited_for(wizard):
    now = watch(wizard, 50.0, COUNTDOWN_S + 0.1)
    wizard.see(now, "blurred")
    assert wizard.view.problem == "blurred"
    assert step(wizard) == (1, "happy", 1)
    watch(wizard, now + 100, 0.1)
    assert step(wizard) == (2, "wink", 0)
    assert wizard.view.problem == ""


def test_a_label_that_is_skipped_in_the_second_round_is_not_taught_at_all(wizard):
    now = 50.0
    while wizard.view.step < 3:
        now = watch(wizard, now, 0.1)
    wizard.skip()
    assert step(wizard) == (2, "wink", 0)
    assert wizard.view.steps == 2
    assert wizard.view.again
    watch(wizard, now, 60)
    assert wizard.with_faces() == ["wink"]
    assert len(wizard.faces(("wink",))) == 4


def test_all_labels_can_be_skipped(wizard):
    wizard.skip()
    wizard.skip()
    assert wizard.done
    assert wizard.with_faces() == []


def test_a_step_is_repeated_or_during_its_countdown_the_one_before(wizard):
    now = watch(wizard, 50.0, COUNTDOWN_S + 0.1)
    assert step(wizard) == (1, "happy", 1)
    wizard.repeat()
    assert step(wizard) == (1, "happy", 0)
    assert wizard.view.seconds == COUNTDOWN_S
    wizard.repeat()
    assert step(wizard) == (1, "happy", 0)
    while wizard.view.step < 2:
        now = watch(wizard, now, 0.1)
    wizard.repeat()
    assert step(wizard) == (1, "happy", 0)
    watch(wizard, now, 60)
    assert len(wizard.faces(("happy", "wink"))) == 8


def test_a_clock_that_starts_anew_begins_the_countdown_again(wizard):
    watch(wizard, 50.0, COUNTDOWN_S + 0.1)
    watch(wizard, 1.0, 1.0)
    assert step(wizard) == (1, "happy", 1)
    assert wizard.view.seconds == pytest.approx(COUNTDOWN_S - 0.9)
    watch(wizard, 2.0, 60)
    assert wizard.done
