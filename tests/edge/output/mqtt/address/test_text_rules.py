"""Prefix, discovery prefix and user are checked alike, before anything is sent."""

from urllib.parse import quote

import pytest

from emotion_edge.output.mqtt.address.broker import AddressError, parse_address
from emotion_edge.output.mqtt.address.text_rules import (
    LEVELS,
    LIMIT,
    ROOM,
    ROOM_LEVELS,
    prefix_problem,
)
from emotion_edge.output.mqtt.home_assistant.discovery import (
    discovery_topic,
    old_discovery_topic,
)
from emotion_edge.output.mqtt.topics import RETAINED
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.waiting import until

MOST_LEVELS = LEVELS - ROOM_LEVELS
FORBIDDEN = ["\0", "\x01", "\n", "\x1b", "\x7f", "\x80", "\x9f", "\ufdd0", "\ufffe", "\U0010ffff"]
BAD_TOPICS = {
    "+": "+ or #",
    "a/#": "+ or #",
    "a+b": "+ or #",
    "$SYS": "begins with $",
    "$a/b": "begins with $",
    "a//b": "an empty level",
    "a/": "an empty level",
    "\udcff": "not UTF-8",
    "a/" * MOST_LEVELS + "a": "197 levels",
    "a" * (LIMIT - ROOM + 1): "65,408 bytes, and 65,407 are possible",
    "é" * ((LIMIT - ROOM) // 2 + 1): "bytes",
    **{f"a{character}b": "control characters or others" for character in FORBIDDEN},
}
GOOD_TOPICS = [
    "a",
    "дом/кухня",
    "a $b/c d",
    "🙂/\ufeff",
    "a/" * (MOST_LEVELS - 1) + "a",
    "a" * (LIMIT - ROOM),
]


@pytest.mark.parametrize(("text", "problem"), BAD_TOPICS.items(), ids=range(len(BAD_TOPICS)))
def test_a_prefix_and_a_discovery_prefix_are_refused_for_the_same_reasons(text, problem):
    assert problem in prefix_problem(text)
    with pytest.raises(AddressError, match="the prefix "):
        parse_address(f"mqtt://h/{quote(text, errors='surrogateescape')}/")
    if "\0" not in text and "\udcff" not in text:
        result = edge("config", f"--discovery={text}")
        assert (result.returncode, result.stdout) == (2, "")
        assert f"argument --discovery: the topic {prefix_problem(text)}" in result.stderr


@pytest.mark.parametrize("character", [*FORBIDDEN, "\udcff"])
def test_a_user_is_refused_for_its_characters_and_its_length(character):
    text = quote(f"a{character}b", errors="surrogateescape")
    with pytest.raises(AddressError, match="the user "):
        parse_address(f"mqtt://{text}@h")


def test_a_user_may_be_what_a_topic_may_not():
    assert parse_address("mqtt://$+%23%2F%2F@h").user == "$+#//"
    longest = "a" * LIMIT
    assert parse_address(f"mqtt://{longest}@h").user == longest
    with pytest.raises(AddressError, match="the user has 65,536 bytes"):
        parse_address(f"mqtt://{longest}a@h")


@pytest.mark.parametrize("prefix", GOOD_TOPICS, ids=range(len(GOOD_TOPICS)))
def test_all_topics_below_the_longest_prefix_are_within_the_limits(prefix):
    assert prefix_problem(prefix) == ""
    broker = parse_address(f"mqtt://h/{quote(prefix)}")
    topics = [f"{prefix}/{name}" for name in (*RETAINED, "events", "doctor")]
    topics += [discovery_topic(broker, prefix), f"{prefix}/status"]
    for topic in topics:
        assert len(topic.encode()) <= LIMIT
        assert topic.count("/") < LEVELS
    assert len(old_discovery_topic(parse_address("mqtt://h/a"), prefix).encode()) <= LIMIT


@plain_broker
@pytest.mark.parametrize("prefix", [GOOD_TOPICS[2], GOOD_TOPICS[3], GOOD_TOPICS[4]])
def test_a_real_broker_takes_what_is_allowed(broker, daemon, changing, prefix):
    listener = Listener(broker)
    address = f"mqtt://localhost:{broker.port}/{quote(prefix)}"
    daemon("--source", changing, "--to", address, "--discovery", prefix)
    topics = {
        f"{prefix}/state",
        f"{prefix}/events",
        discovery_topic(parse_address(address), prefix),
    }
    until(lambda: topics <= {topic for topic, _, _ in listener.heard}, "all topics")


def test_an_error_in_the_file_names_file_and_key(write_settings, tmp_path):
    for line, problem in (
        ('to = ["-", "mqtt://h/a//b"]', "the prefix has an empty level"),
        ('to = ["mqtt://h:0/a"]', "the port is not from 1 to 65535"),
        (r'to = ["mqtt://a\u0001b@h/a"]', "the user has control characters"),
        ('discovery = "home/#"', "the topic has + or #"),
        ('discovery = "$SYS"', "the topic begins with $"),
    ):
        path = write_settings(line)
        for command in ("run", "config", "doctor", "forget"):
            result = edge(command, "--model", INT8, "--config", path)
            assert (result.returncode, result.stdout) == (2, "")
            assert f"{path}: {line.split(' ')[0]} = " in result.stderr
            assert problem in result.stderr
