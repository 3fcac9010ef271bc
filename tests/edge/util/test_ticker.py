"""Calls at fixed times."""

import time

from emotion_edge.util.ticker import Ticker


def test_a_slow_call_moves_no_other_and_missed_ones_are_left_out():
    moments: list[float] = []

    def call() -> None:
        moments.append(time.monotonic() - start)
        time.sleep(0.9 if len(moments) == 2 else 0.05)

    start = time.monotonic()
    with Ticker(call, 0.4):
        time.sleep(2.2)
    # The second call lasts from 0.8 to 1.7 seconds.
    assert [round(moment / 0.4) for moment in moments] == [1, 2, 5]
    assert all(0 <= moment % 0.4 < 0.2 for moment in moments)
    time.sleep(0.5)
    assert len(moments) == 3
