"""The broker is absent, dies or hangs; the daemon continues and reconnects."""

import signal

from PIL import Image

from tests.edge.brokers.listener import Listener
from tests.edge.photographs import frame_with_heads
from tests.edge.waiting import PROMPT_S, until


def test_a_broker_that_starts_later_gets_everything(broker, daemon, changing):
    broker.kill()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr("cannot connect: [Errno 111] Connection refused; trying again")
    run.wait_lines(2)
    broker.start()
    listener = Listener(broker)
    listener.wait("availability", "online")
    listener.wait("state", "green")
    assert listener.discoveries()
    assert run.stderr.count("cannot connect") == 1
    assert run.end()[0] == 0
    listener.wait("availability", "offline")


def test_a_broker_that_was_killed_gets_everything_again(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", *broker.options)
    Listener(broker).wait("state", "green")
    broker.kill()
    run.wait_stderr("connection lost")
    run.wait_lines(2)
    broker.start()  # it has lost its retained messages
    listener = Listener(broker)
    listener.wait("availability", "online")
    for colour in ("red", "green"):
        listener.wait("state", colour)
    listener.wait_discovery()
    assert run.stderr.count(": connected") == 2
    assert run.end()[0] == 0


def test_a_broker_that_never_answers_blocks_nothing(broker, daemon, changing):
    broker.send(signal.SIGSTOP)
    run = daemon("--source", changing, "--to", "-", "--keepalive", 2, *broker.options)
    run.wait_lines(3)
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S
    second = daemon("--source", changing, "--to", "-", "--keepalive", 2, *broker.options)
    second.wait_stderr("trying again")
    broker.send(signal.SIGCONT)
    Listener(broker).wait("availability", "online")


def test_a_dead_connection_is_replaced(broker, daemon, changing):
    run = daemon("--source", changing, "--to", "-", "--keepalive", 1, *broker.options)
    Listener(broker).wait("availability", "online")
    broker.send(signal.SIGSTOP)
    run.wait_stderr("connection lost: Keep alive timeout")
    run.wait_lines(2)
    broker.send(signal.SIGCONT)
    until(lambda: run.stderr.count(": connected") == 2, "the second connection")
    listener = Listener(broker)
    listener.wait("availability", "online")
    listener.wait("state", "blue")
    broker.send(signal.SIGSTOP)
    code, seconds = run.end()
    broker.send(signal.SIGCONT)
    assert code == 0
    assert seconds < PROMPT_S


def test_a_busy_daemon_publishes_offline_when_terminated(broker, daemon, tmp_path):
    Image.fromarray(frame_with_heads((200, 120))).save(tmp_path / "face.png")
    rows = "".join(f"face.png,{i / 60:.3f}\n" for i in range(3000))
    (tmp_path / "times.csv").write_text(f"file,seconds\n{rows}")
    source = f"replay:{tmp_path}"
    run = daemon("--source", source, "--faces", "on", "--find-every", 0, *broker.options)
    listener = Listener(broker)
    listener.wait("availability", "online")
    until(lambda: listener.of("events"), "an event")
    code, seconds = run.end()
    assert code == 0
    assert seconds < PROMPT_S
    listener.wait("availability", "offline", timeout_s=1)


def test_the_broker_publishes_offline_for_a_killed_daemon(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    at = listener.wait("availability", "online")
    assert run.end(signal.SIGKILL)[0] == -signal.SIGKILL
    listener.wait("availability", "offline", after=at)
    late = Listener(broker)  # the message is retained
    late.wait("availability", "offline")
