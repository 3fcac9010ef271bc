"""Face tracking: a face keeps its number from frame to frame."""

from emotion_edge.faces.tracker import FaceTracker
from emotion_edge.faces.types import Box, Face


def face(x, y=100.0, side=100.0):
    return Face(Box(x, y, side), 0.9, (x + 30, y + 30, x + 70, y + 30))


def numbers(tracks):
    return [track.number for track in tracks]


def test_a_face_that_moves_keeps_its_number():
    tracker = FaceTracker()
    for i in range(20):
        seen, gone = tracker.update([face(100 + 40 * i)], i / 10)
        assert numbers(seen) == [1]
        assert gone == []


def test_several_faces_are_numbered_in_the_order_of_detection():
    tracker = FaceTracker()
    seen, _ = tracker.update([face(0), face(200), face(400)], 0)
    assert numbers(seen) == [1, 2, 3]
    seen, _ = tracker.update([face(410), face(5), face(205)], 0.1)
    assert numbers(seen) == [3, 1, 2]


def test_a_face_that_vanishes_briefly_keeps_its_number():
    tracker = FaceTracker(timeout_s=0.6)
    tracker.update([face(100)], 0)
    for now in (0.1, 0.3, 0.5):
        assert tracker.update([], now) == ([], [])
    seen, _ = tracker.update([face(120)], 0.6)
    assert numbers(seen) == [1]


def test_a_face_that_stays_away_ends_once_and_its_number_is_reused():
    tracker = FaceTracker(timeout_s=0.6)
    tracker.update([face(100), face(400)], 0)
    ended = []
    for i in range(1, 20):
        _, gone = tracker.update([face(400)], i / 10)
        ended += numbers(gone)
    assert ended == [1]
    seen, _ = tracker.update([face(400), face(0)], 2)
    assert numbers(seen) == [2, 1]


def test_one_missed_detection_ends_a_track_only_after_four_seconds():
    for interval in (0.7, 1, 2, 4):
        tracker = FaceTracker(timeout_s=0.6)
        tracker.update([face(100)], 0)
        assert tracker.update([], interval) == ([], [])
        seen, _ = tracker.update([face(100)], 2 * interval)
        assert numbers(seen) == [1]
        assert tracker.update([], 3 * interval) == ([], [])
        assert numbers(tracker.update([], 4 * interval)[1]) == [1]
    tracker.update([face(100)], 100)
    assert numbers(tracker.update([], 104.1)[1]) == [1]


def test_a_speed_is_forgotten_after_a_pause():
    tracker = FaceTracker()
    for i in range(5):
        tracker.update([face(100 + 40 * i)], i / 10)
    seen, _ = tracker.update([face(270)], 30)
    assert numbers(seen) == [1]
    assert seen[0].speed == (0, 0)
    seen, _ = tracker.update([face(270 + 60)], 31)  # the speed of slow frames counts
    assert seen[0].expected(32).x == 270 + 60 + 30


def test_a_face_at_the_place_of_one_of_an_hour_ago_gets_another_number():
    tracker = FaceTracker()
    tracker.update([face(100)], 0)
    seen, gone = tracker.update([face(100)], 3600)
    assert (numbers(seen), numbers(gone)) == ([2], [1])


def test_two_faces_that_cross_keep_their_numbers():
    tracker = FaceTracker()
    for i in range(41):
        left, right = face(10 * i), face(400 - 10 * i, 110)
        hidden = 12 <= i <= 17 or 22 <= i <= 24  # only the face in front is detected
        seen, gone = tracker.update([left] if hidden else [left, right], i / 10)
        assert numbers(seen) == ([1] if hidden else [1, 2])
        assert gone == []


def test_a_distant_face_gets_another_number():
    tracker = FaceTracker()
    tracker.update([face(0)], 0)
    seen, _ = tracker.update([face(300)], 0.1)
    assert numbers(seen) == [2]


def test_two_frames_may_have_the_same_time():
    tracker = FaceTracker()
    tracker.update([face(0)], 0)
    seen, _ = tracker.update([face(10)], 0)
    assert numbers(seen) == [1]
    assert seen[0].expected(1) == (10, 100, 100)
