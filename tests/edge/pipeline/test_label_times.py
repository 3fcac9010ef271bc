"""How long and how often each label was seen, at every frame rate."""

import math
from collections.abc import Iterable

import pytest

from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.label_times import LabelTimer, Seen, add_up
from emotion_edge.pipeline.results import FrameResult, NoSignal
from emotion_edge.pipeline.stats import PipelineStats
from tests.edge.photographs import frame_with_heads
from tests.edge.pictures import solid
from tests.edge.results import face, frame_result
from tests.edge.streams import at

PAUSE = NoSignal(source="x", reason="paused", changed=True)


def totals(results: Iterable[FrameResult | NoSignal]) -> dict[str, Seen]:
    """Return what a timer says of all results."""
    timer, found = LabelTimer(), {}
    for result in results:
        add_up(found, timer.process(result))
    return found


def seconds(*results: FrameResult | NoSignal) -> float:
    """Return for how long "happy" was seen."""
    return totals(results)["happy"].seconds


def happy(time: float | None) -> FrameResult:
    return frame_result(face("happy"), seconds=time)


@pytest.mark.parametrize("rate", [3, 10, 30])
def test_seconds_are_those_of_the_recording_at_every_frame_rate(rate):
    colours = ("red", "green", "red", "blue")
    pictures = [solid(colour) for colour in colours for _ in range(6 * rate)]
    found = totals(at(1 / rate, pictures))
    assert sum(each.seconds for each in found.values()) == pytest.approx(24 - 1 / rate)
    assert sum(each.count for each in found.values()) == len(pictures)
    for colour, expected in {"red": 12, "green": 6, "blue": 6}.items():
        # A label is shown a moment late, at the beginning as unknown.
        assert found[colour].seconds == pytest.approx(expected, abs=2 / rate + 0.5)
        assert found[colour].count == pytest.approx(rate * found[colour].seconds, abs=1.1)
    assert set(found) <= {"red", "green", "blue", "unknown"}


def test_a_frame_that_is_rare_on_purpose_stands_for_all_the_time_since_the_one_before():
    found = totals(at(60, [solid("red")] * 11, frame_interval=60))
    assert found == {"red": Seen(2 + 9 * 60, 11)}  # of the first minute nothing was known before


@pytest.mark.searches
def test_each_face_counts_and_no_face_is_the_time_without_one():
    scenes = [((60, 120), (400, 120)), ((60, 120),), ()]
    pictures = [frame_with_heads(*heads) for heads in scenes for _ in range(25)]
    results = list(at(0.2, pictures))
    found = totals(results)
    nobody = found.pop("no_face")
    empty = sum(result.face_count == 0 for result in results)
    assert nobody == Seen(pytest.approx(0.2 * empty), empty)
    assert empty >= 15
    assert sum(each.seconds for each in found.values()) == pytest.approx(5 + 5 + 5, abs=1)
    assert sum(each.count for each in found.values()) == sum(len(each.faces) for each in results)


def test_no_time_passes_while_the_camera_is_paused_or_lost():
    assert seconds(happy(0), happy(1), PAUSE, PAUSE, happy(2), happy(3)) == 2


def test_a_gap_counts_no_more_than_twice_the_former_or_two_seconds():
    assert seconds(happy(0), happy(0.1), happy(100)) == pytest.approx(0.1 + 2)
    assert seconds(happy(0), happy(1.5), happy(100)) == pytest.approx(1.5 + 3)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_adds_no_seconds(odd):
    assert totals([happy(0), happy(odd), happy(1)]) == {"happy": Seen(1, 3)}


def test_a_time_that_goes_back_adds_no_seconds():
    assert seconds(happy(50), happy(51), happy(3), happy(4)) == 2


def test_pictures_without_times_count_for_nothing():
    assert totals([happy(None), happy(None), happy(0), happy(None)]) == {"happy": Seen(0, 1)}


def counted(results: Iterable[FrameResult | NoSignal]) -> tuple[dict[str, int], dict[str, Seen]]:
    """Return the sum of the counts of some periods, and what a timer says of them."""
    counter, timer = LabelCounter(0, PipelineStats(periodic=True)), LabelTimer()
    counts, found = dict[str, int](), dict[str, Seen]()
    for result in results:
        period = counter.process(result)  # each frame is a period
        for label, count in period.counts.counts.items():
            counts[label] = counts.get(label, 0) + count
        add_up(found, timer.process(period))
    return counts, found


def test_periods_hold_the_same_totals():
    pictures = [solid(colour) for colour in ("red", "green") for _ in range(30)]
    results = [*at(0.1, pictures), PAUSE, happy(50), happy(51)]
    counts, found = counted(results)
    assert found == totals(results)
    assert counts == {label: seen.count for label, seen in found.items()}


def test_periods_of_pictures_have_counts_but_no_times():
    assert counted([happy(None), happy(None)]) == ({"happy": 2}, {})
