"""Many devices lose their broker in one moment."""

import time
from contextlib import ExitStack

import pytest

from edge.broker import parse_broker
from edge.cli import make_parser
from edge.mqtt import Publisher
from tests.edge.faults.parts import Mosquitto, until

DEVICES = 30
DOWN = 3.2  # seconds; delays of 1, 2 and 4 would bring all of them back 7 s after the loss


def publishers(broker: Mosquitto, comebacks: list[float]) -> list[Publisher]:
    """Return devices that note in `comebacks` when they are back, by time.monotonic()."""
    args = make_parser("").parse_args(["run", "--to", broker.url])
    return [
        Publisher(
            parse_broker(f"{broker.url}/{i}"),
            args,
            on_pause=lambda paused: None,
            on_reconnect=lambda: comebacks.append(time.monotonic()),
        )
        for i in range(DEVICES)
    ]


@pytest.mark.parametrize("broker", ["plain"], indirect=True)
def test_devices_that_lost_a_broker_at_once_come_back_one_by_one(broker):
    comebacks: list[float] = []
    with ExitStack() as stack:
        for publisher in publishers(broker, comebacks):
            stack.enter_context(publisher)
        broker.kill()
        time.sleep(DOWN)
        broker.start()
        until(lambda: len(comebacks) == DEVICES, "all to be back")
    most = max(sum(t <= other < t + 0.5 for other in comebacks) for t in comebacks)
    assert most <= DEVICES / 2
