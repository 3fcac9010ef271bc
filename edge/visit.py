"""A short visit to a broker: to see whether it lets us in, or to leave a few messages."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from edge.broker import Broker, make_client
from edge.errors import RunError

PATIENCE = 10.0  # seconds for a broker to answer


@contextmanager
def visit(broker: Broker, args: Namespace) -> Iterator[Any]:
    """Yield a paho client that is connected, and disconnect it.

    Raises UserError where the options are of no use, RunError in the broker's or the system's words
    where it cannot be reached, is not trusted, refuses, or does not answer within `PATIENCE`.
    """
    client, answered = make_client(broker, args), Event()
    trouble: list[str] = []

    def connected(client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure:
            trouble.append(f"refused: {code}")
        answered.set()

    def failed(client: Any, userdata: Any) -> None:
        trouble.append(str(sys.exc_info()[1]))  # paho calls this while handling it
        answered.set()

    client.on_connect, client.on_connect_fail = connected, failed
    client.connect_async(broker.host, broker.port, keepalive=args.keepalive)
    client.loop_start()
    try:
        if not answered.wait(PATIENCE):
            raise RunError(f"{broker}: no answer within {PATIENCE:g} seconds")
        if trouble:
            raise RunError(f"{broker}: {trouble[0]}")
        yield client
    finally:
        client.disconnect()
