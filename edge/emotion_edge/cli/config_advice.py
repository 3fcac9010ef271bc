"""What to write instead of a key that the settings file cannot have."""

from collections.abc import Collection, Mapping

from emotion_edge.util.similar import most_similar

_BROKER_TABLES = ("mqtt", "broker", "mosquitto", "home-assistant", "homeassistant")
_BROKER_KEYS = {
    "password": "password-file",
    "discovery-prefix": "discovery",
    "ca": "ca-file",
    "cafile": "ca-file",
    "tls-ca": "ca-file",
    "cert": "client-cert",
    "certfile": "client-cert",
    "key": "client-key",
    "keyfile": "client-key",
}


def about_table(options: Collection[str], name: str, table: Mapping[str, object]) -> str:
    """Return why the file may not have this table, and what to write for its first key."""
    first = next(iter(table), "")
    meant = _meant(options, _option_style(name), _option_style(first))
    start = "" if name in options else f"unknown key {shorten(name)!r}: "
    instead = f"instead of {shorten(first)!r} " if first else ""
    example = '= ["mqtt://host/prefix"]' if meant == "to" else "= …"
    return (
        f"{start}[{shorten(name)}] is a table, but settings are flat: "
        f"{instead}write {meant} {example}, above all tables"
    )


def _meant(options: Collection[str], table: str, key: str) -> str:
    """Return the option that is meant by a key in a table; both are written as options are."""
    for name in (f"{table}-{key}", key, table):
        if name in options:
            return name
    if table in _BROKER_TABLES:
        return _BROKER_KEYS.get(key, "to")
    return nearest(options, key or table)


def _option_style(key: str) -> str:
    return key.lower().replace("_", "-")


def nearest(options: Collection[str], key: str) -> str:
    """Return the option whose name is most like a key."""
    return most_similar(_option_style(shorten(key)), options) or ""


def shorten(text: str) -> str:
    """Return the beginning of a text, for a message."""
    return text if len(text) <= 60 else f"{text[:60]}…"
