"""What a stream reports of faces at every frame rate, from ten frames a second to one an hour."""

import math

import numpy as np
import pytest
from PIL import Image, ImageFilter

from emotion_edge.pipeline.main_face import MainFace
from tests.edge.photographs import frame_with_heads
from tests.edge.streams import DENSE, FREQUENT, SPARSE, analyze, at, changes

NOBODY, THERE = frame_with_heads(), frame_with_heads((200, 120))
OTHER_PLACE, BOTH = frame_with_heads((20, 20)), frame_with_heads((200, 120), (20, 20))


@pytest.mark.parametrize("interval", DENSE)
def test_a_false_face_in_one_frame_is_never_mentioned(interval):
    pictures = [*[NOBODY] * 3, THERE, *[NOBODY] * 10]
    assert changes(at(interval, pictures)) == [(0, None, False)]


@pytest.mark.parametrize("interval", [each for each in FREQUENT if each not in DENSE])
def test_a_face_in_one_frame_comes_and_goes_where_frames_are_further_apart_than_the_window(
    interval,
):
    pictures = [*[NOBODY] * 3, THERE, *[NOBODY] * 10]
    expected = [(0, None, False), (3, 1, True), (5, 1, False)]
    assert changes(at(interval, pictures)) == expected


@pytest.mark.parametrize("interval", DENSE)
def test_a_false_face_next_to_a_real_one_is_never_mentioned(interval):
    pictures = [*[THERE] * 3, BOTH, *[THERE] * 9, *[NOBODY] * 9]
    (first, *_), (_, *last) = (found := changes(at(interval, pictures)))
    assert len(found) == 2
    assert (first, last) == (max(1, round(0.2 / interval)), [1, False])


def test_a_false_face_in_one_frame_is_never_the_main_face():
    main, labels = MainFace(), set()
    for result in at(0.1, [THERE, *[NOBODY] * 10]):
        main.update(result)
        labels.add((main.decision.label, main.face))
    assert labels == {("unknown", None), ("no_face", None)}


@pytest.mark.parametrize("interval", FREQUENT)
def test_one_missed_detection_ends_nothing(interval):
    pictures = [*[THERE] * 4, NOBODY, *[THERE] * 4, NOBODY, *[THERE] * 4]
    assert changes(at(interval, pictures)) == [(max(1, round(0.2 / interval)), 1, True)]


@pytest.mark.parametrize("interval", FREQUENT)
def test_a_known_face_that_is_less_clear_for_a_while_is_not_lost(interval):
    """A search of the whole frame does not find it, a search near its place does."""
    blurred = Image.fromarray(THERE).filter(ImageFilter.GaussianBlur(4.5))
    unclear = np.asarray(blurred)
    assert changes(at(interval, [unclear] * 3)) == [(0, None, False)]
    pictures = [*[THERE] * 4, *[unclear] * 9, *[THERE] * 4]
    found = changes(at(interval, pictures))
    assert {line[1:] for line in found} == {(1, True)}


@pytest.mark.parametrize("interval", FREQUENT)
def test_coming_and_leaving_are_reported_after_two_frames_or_in_time(interval):
    pictures = [NOBODY, *[THERE] * 6, *[NOBODY] * 9]
    came, left = changes(at(interval, pictures))[1:]
    assert came[1:] == (1, True)
    found = max(0.3, interval)  # the first search that may find it
    assert came[0] <= math.ceil(found / interval - 1e-6) + max(1, round(0.2 / interval))
    assert left[1:] == (1, False)
    assert left[0] - 6 in {0.1: (6, 7), 0.2: (3, 4)}.get(interval, (2,))  # 0.6 s, or two frames


@pytest.mark.parametrize("interval", SPARSE)
def test_one_frame_is_enough_where_frames_are_far_apart(interval):
    pictures = [NOBODY, NOBODY, THERE, THERE, NOBODY, THERE]
    expected = [(0, None, False), (2, 1, True), (4, 1, False), (5, 1, True)]
    assert changes(at(interval, pictures)) == expected


@pytest.mark.parametrize("interval", (60, 240))
def test_somebody_who_stays_keeps_the_number_at_one_frame_a_minute(interval):
    assert changes(at(interval, [NOBODY, *[THERE] * 5])) == [(0, None, False), (1, 1, True)]


def test_a_face_is_not_the_one_that_was_there_an_hour_ago():
    times = [0, 0.1, 0.2, 0.3, 3600.3, 3600.4, 3600.5, 3600.6]
    found = changes(analyze([THERE] * 8, times))
    assert found == [(2, 1, True), (4, 1, False), (6, 2, True)]
    assert changes(at(3600, [NOBODY, THERE, THERE])) == [
        *((0, None, False), (1, 1, True)),
        *((2, 1, False), (2, 2, True)),  # the end comes first: the last line tells who is there
    ]


def test_somebody_who_moved_between_two_rare_frames_is_another_face():
    found = changes(at(60, [NOBODY, THERE, OTHER_PLACE]))
    assert found[1:] == [(1, 1, True), (2, 1, False), (2, 2, True)]


@pytest.mark.parametrize("pause", (6, 60, 3600))
def test_the_first_frame_after_a_pause_is_not_enough(pause):
    """As with a camera that is triggered by movement: bursts of frames with long pauses."""
    burst = [0.1 * i for i in range(12)]
    pictures = [*[NOBODY] * 12, THERE, *[NOBODY] * 11]  # the first one is searched
    assert changes(analyze(pictures, [*burst, *(pause + t for t in burst)])) == [(0, None, False)]


@pytest.mark.parametrize(
    "odd", ([0.5, 0.5], [-100.0, -99.9], [float("nan")] * 2, [float("inf"), float("-inf")])
)
def test_times_that_step_back_or_stand_still_or_are_no_numbers_harm_nothing(odd):
    before = [i / 10 for i in range(6)]
    start = odd[-1] if np.isfinite(odd[-1]) else 0.5
    after = [start + (i + 1) / 10 for i in range(14)]
    pictures = [*[THERE] * 8, *[NOBODY] * 14]
    found = changes(analyze(pictures, [*before, *odd, *after]))
    assert [line[1:] for line in found] == [(1, True), (1, False)]
    assert found[1][0] <= 8 + 9
