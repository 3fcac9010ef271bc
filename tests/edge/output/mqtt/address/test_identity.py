"""The device's identity in Home Assistant is another for each prefix."""

import json
import random
import re
import unicodedata
from urllib.parse import quote

import pytest

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.home_assistant.discovery import (
    discovery_message,
    discovery_topic,
    old_discovery_topic,
)
from emotion_edge.output.mqtt.reporting import Reporting

ALIKE = [
    ("客厅", "厨房"),
    ("Küche", "Käche"),
    ("hall/cam", "hall-cam"),
    ("дом/кухня", "дом/ванна"),
    ("مطبخ", "حمام"),
    ("キッチン", "リビング"),
    ("거실", "주방"),
    ("hall", "emotion-edge/hall"),
    ("a b", "a_b"),
    ("🙂", "🙃"),
    ("x" * 300, "x" * 299),
    ("Hall", "hall"),
    (unicodedata.normalize("NFC", "Küche"), unicodedata.normalize("NFD", "Küche")),
]
# The first and last letters of Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, Georgian,
# kana, Han, Hangul, emoji; and what ids may not have.
RANGES = [
    "az",
    "AZ",
    "09",
    "àÿ",
    "αω",
    "ая",
    "את",
    "اي",
    "अह",
    "กฮ",
    "აჰ",
    "ぁん",
    "一龥",
    "가힣",
    "😀😿",
]
PUNCTUATION = "/-_ .,:%$"


def identity(prefix: str) -> str:
    return parse_address(f"mqtt://h/{quote(prefix)}").device_id


def generated_prefixes() -> set[str]:
    """Return thousands of short prefixes in many scripts."""
    choose = random.Random(0)
    prefixes = set()
    for first, last in RANGES:
        letters = [chr(choose.randint(ord(first), ord(last))) for _ in range(20)]
        for _ in range(300):
            between = choose.choice(PUNCTUATION)
            prefixes.add("".join(choose.choices(letters, k=2)))
            prefixes.add(between.join(choose.choices(letters, k=2)))
    return prefixes


def test_no_two_prefixes_share_an_identity():
    for first, second in ALIKE:
        assert identity(first) != identity(second)
    prefixes = generated_prefixes() | {prefix for pair in ALIKE for prefix in pair}
    assert len(prefixes) > 2_000
    identities = {identity(prefix) for prefix in prefixes}
    assert len(identities) == len(prefixes)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,80}", each) for each in identities)
    # Nor is one's identity another's prefix.
    assert not identities & {identity(each.removeprefix("emotion-edge-")) for each in identities}


def test_an_identity_is_the_same_for_each_broker_and_each_start():
    assert identity("hall") == "emotion-edge-hall-3cbaeb57c640"
    assert identity("emotion-edge/hall").startswith("emotion-edge-hall-")
    assert re.fullmatch("emotion-edge-[0-9a-f]{12}", identity("客厅"))
    elsewhere = parse_address("mqtts://u@elsewhere:99/hall/")
    assert elsewhere.device_id == identity("hall")


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_everything_in_the_discovery_has_the_identity(first, second):
    ids = []
    for prefix in (first, second):
        broker = parse_address(f"mqtt://h/{quote(prefix)}")
        message = json.loads(discovery_message(broker, ("red",), Reporting()))
        parts = [part["unique_id"] for part in message["cmps"].values() if len(part) > 1]
        ids.append({discovery_topic(broker, "homeassistant"), *message["dev"]["ids"], *parts})
    assert len(ids[0]) == 16
    assert not ids[0] & ids[1]


def test_the_topic_of_version_0_1_is_as_it_was():
    for prefix, old in (("test/hall", "test-hall"), ("客厅", "--"), ("a_b-c", "a_b-c")):
        broker = parse_address(f"mqtt://h/{quote(prefix)}")
        topic = f"homeassistant/device/emotion-edge-{old}/config"
        assert old_discovery_topic(broker, "homeassistant") == topic
