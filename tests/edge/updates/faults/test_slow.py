"""A server that sends a byte now and then, or nothing, is given up."""

from dataclasses import replace

import pytest

from emotion_edge.updates.fetcher import Pace
from tests.edge.updates.faults import endless

PACE = Pace(silence=0.5, patience=1.0, slowest=10**9)
LATE = "it comes too slowly, or not at all; try again later"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless.drip, LATE),
        (endless.drip_of_headers, LATE),
        (endless.not_yet, LATE),
        (endless.silence, "no answer; check the network and the address"),
    ],
)
def test_what_is_slow_is_given_up(tester, path, answer, words):
    honest = tester.device
    tester.be(pace=PACE)
    tester.web.answers[path] = answer
    tester.is_refused(words, path.rpartition("/")[2], keeps=("root",))
    tester.device = honest
    tester.recovers("2027-01", b"new", 4)


def test_a_large_file_may_take_longer():
    pace = Pace()
    assert pace.limit(0) == 30
    assert pace.limit(16 * 1024) == 32
    assert replace(pace, slowest=1024).limit(1024**2) == 1054
