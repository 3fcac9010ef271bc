"""What MQTT and brokers allow in topics and user names, checked before a connection.

A broker answers to a forbidden topic by closing the connection, without a reason.
"""

import re

LIMIT = 65_535  # bytes of a text in MQTT: its length is a number of 16 bits
LEVELS = 200  # of a topic: mosquitto refuses more
# What may follow a prefix: "/availability", "/device/emotion-edge-hall-…/config".
ROOM, ROOM_LEVELS = 128, 4
# C0, DEL and C1; surrogates (bytes that are no UTF-8 on the command line); noncharacters (MQTT
# 3.1.1, 1.5.3). Python spells them in escapes only.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LAST_OF_PLANES = "".join(chr(plane << 16 | last) for plane in range(17) for last in (65534, 65535))
_NO_CHARACTER = re.compile(f"[\ufdd0-\ufdef{_LAST_OF_PLANES}]")


def text_problem(text: str, limit: int = LIMIT) -> str:
    """Return what is wrong with a text, without repeating it; "" if nothing is.

    limit: its most bytes in UTF-8. The answer continues a sentence: "the user " + "is not UTF-8".
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "is not UTF-8"
    if _CONTROL.search(text) or _NO_CHARACTER.search(text):
        return "has control characters or others that MQTT forbids"
    return f"has {size:,} bytes, and {limit:,} are possible" if size > limit else ""


def prefix_problem(text: str) -> str:
    """Return what is wrong with the beginning of our topics, as `text_problem` does."""
    if problem := text_problem(text, LIMIT - ROOM):
        return problem
    levels = text.split("/")
    if "+" in text or "#" in text:
        return "has + or #, which stand for other topics"
    if text.startswith("$"):
        return "begins with $, which only the broker's own topics do"
    if "" in levels:
        return "has an empty level: a / at its beginning or end, or two in a row"
    if len(levels) > LEVELS - ROOM_LEVELS:
        return f"has {len(levels):,} levels, and {LEVELS - ROOM_LEVELS} are possible"
    return ""
