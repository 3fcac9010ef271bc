"""The schemes of brokers' addresses, and what to write instead of others."""

from emotion_edge.util.similar import most_similar

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as registered with IANA
SECURE, PLAIN, WEBSOCKET = "mqtts://", "mqtt://", "websocket"
# What other programs call them, and web addresses.
_MEANINGS = {
    **dict.fromkeys(("mqtts", "ssl", "tls", "mqtt+ssl", "mqtt+tls", "secure-mqtt"), SECURE),
    **dict.fromkeys(("smqtt", "ssl+mqtt", "tls+mqtt", "tcps", "tcp+tls", "https"), SECURE),
    **dict.fromkeys(("mqtt", "tcp", "mqtt+tcp", "http"), PLAIN),
    **dict.fromkeys(("ws", "wss", "mqtt+ws", "mqtt+wss", "ws+mqtt", "wss+mqtt"), WEBSOCKET),
}


def scheme_remedy(scheme: str) -> str:
    """Return what to write instead of a scheme in lower case that is not in `PORTS`.

    The answer repeats only schemes that are known here: the text may hold a password.
    """
    near = most_similar(scheme, _MEANINGS, 0.7)
    if near is None:
        return f"begin with {SECURE} for TLS, or with {PLAIN}"
    meaning = _MEANINGS[near]
    instead = f" instead of {scheme}://" if scheme in _MEANINGS else ""
    if meaning == WEBSOCKET:
        return f"websockets are not supported: write {SECURE}{instead}, with the port for that"
    return f"write {meaning}{instead}"
