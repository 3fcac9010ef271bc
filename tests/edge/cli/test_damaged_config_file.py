"""Settings files that are damaged, hostile or meant otherwise: one line says what to do."""

import os
import resource
import time
from pathlib import Path

import pytest

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.errors import UserError
from tests.edge.command_line import edge

NESTED = 5000
DAMAGED = {
    "nested lists": ("a = " + "[" * NESTED + "]" * NESTED, "nested too deeply"),
    "nested tables": ("a = " + "{a=" * NESTED + "1" + "}" * NESTED, "nested too deeply"),
    "a dotted key": (".".join("a" * 30_000) + " = 1", "nested too deeply"),
    "a dotted table": ("[" + ".".join("a" * 30_000) + "]", "nested too deeply"),
    "many digits": ("threads = " + "9" * 5000, "not a TOML file"),
    "many hexadecimal digits": ("threads = 0x" + "f" * 50_000, "the number is too large"),
    "a large number": ("frames = 0xffffffffffffffffff", "the number is too large"),
    "a number of 65 bits for a switch": ("all = 0xffffffffffffffffff", "expected true or false"),
    "a key twice": ("every = 1\nevery = 2", "not a TOML file"),
    "NUL": ("every = 1\0", "not a TOML file"),
    "a control character": ('source = "a\x1bb"', "not a TOML file"),
    "UTF-16": ("every = 1".encode("utf-16"), "not a TOML file: not in UTF-8; save it in UTF-8"),
    "Latin-1": ('source = "Küche"'.encode("latin-1"), "save it in UTF-8"),
    "capitals": ('SOURCE = "x"', "the nearest known one is 'source'"),
    "an unpaired surrogate": ('source = "\\ud800"', "not a TOML file"),
    "a long key": ("k" * 100_000 + " = 1", "unknown key 'kkkk"),
    "a long value": (f'every = "{"x" * 100_000}"', 'every = "xxxx'),
    "a date": ("every = 2026-01-01", "expected a number"),
    "a time": ("source = 10:00:00", "expected text in quotes"),
    "an empty list": ("to = []", "or a list of such"),
    "a list of lists": ('to = [["-"]]', "or a list of such"),
    "an empty key": ('"" = 1', "unknown key ''"),
    "larger than any": ("# comment\n" * 100_000, "cannot read it"),
}
NUMBERS = [
    *("every = 1e308", "every = inf", "every = nan", "every = -1", "every = 1e400"),
    *("heartbeat = 1e308", "stall = 1e300", "find-every = inf", "dwell = 9e99", "window = nan"),
    *("fps = 1e-320", "fps = 0", "fps = 1e9", "aggregate = 1e308", "aggregate = 0.5"),
    *("threads = 0", "threads = 9_000_000_000", "frames = 0", "camera = -1", "min-face = 0"),
    *("enter = 1.01", "face-threshold = -0.1", "keepalive = 0", "max-megapixels = 0"),
    *("max-megapixels = 1e308", 'size = "999999999x999999999"', 'size = "0x0"', 'size = "-4x4"'),
]
TABLES = {
    "[mqtt]\nhost = 'h'": 'write to = ["mqtt://host/prefix"]',
    "[mqtt]\nbroker = 'h'\nuser = 'u'": 'write to = ["mqtt://host/prefix"]',
    "[MQTT]": 'write to = ["mqtt://host/prefix"]',
    "[mqtt]\npassword = 'x'": "instead of 'password' write password-file = …",
    "[[mqtt]]\nhost = 'h'": 'write to = ["mqtt://host/prefix"]',
    "[mqtt]\nkeepalive = 5": "instead of 'keepalive' write keepalive = …",
    "mqtt.host = 'h'": 'write to = ["mqtt://host/prefix"]',
    "mqtt = {host = 'h'}": 'write to = ["mqtt://host/prefix"]',
    "[face]\nthreshold = 0.5": "instead of 'threshold' write face-threshold = …",
    "[camera]\nfps = 5": "instead of 'fps' write fps = …",
    "[min]\nface = 50": "instead of 'face' write min-face = …",
    "[stable]\nfind_every = 5": "instead of 'find_every' write find-every = …",
    "[size]\nwidth = 5": "instead of 'width' write size = …",
    "[camera]\nnumber = 1": "instead of 'number' write camera = …",
    "to = {host = 'h'}": "instead of 'host' write to = [\"mqtt://host/prefix\"]",
    "[a.b.c]\nd = 1": "settings are flat",
}


def refusal(path: Path) -> str:
    """Return the line with which a settings file is refused."""
    argv = ["config", "--config", str(path)]
    with pytest.raises(UserError) as caught:
        merge_config(make_parser("").parse_args(argv), argv)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert len(line) < 400
    assert line.isprintable()
    return line


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_refused_in_one_line(kind, tmp_path):
    content, expected = DAMAGED[kind]
    path = tmp_path / "edge.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert expected in refusal(path)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_out_of_bounds_is_refused(text, write_settings):
    assert f": {text.partition(' =')[0]} = " in refusal(write_settings(text))


def test_the_same_bounds_hold_on_the_command_line():
    for words in (["--every", "1e308"], ["--frames", "9" * 5000], ["--max-megapixels", "nan"]):
        result = edge("config", *words)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        assert len(result.stderr.splitlines()[-1]) < 200


@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_answered_with_the_key_that_is_meant(text, write_settings):
    assert TABLES[text] in refusal(write_settings(text))


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link in a circle"])
def test_what_is_no_file_is_refused_at_once(kind, tmp_path):
    path = tmp_path / "edge.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(path)
    start = time.monotonic()
    assert "cannot read it" in refusal(path)
    assert time.monotonic() - start < 10


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "edge.toml"
    with path.open("wb") as file:
        file.truncate(2**40)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))

    result = edge("config", "--config", path, preexec_fn=limit)
    assert result.returncode == 2
    assert "cannot read it" in result.stderr


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_byte_order_marks_and_line_ends_of_windows_are_read(start, end, tmp_path):
    path = tmp_path / "edge.toml"
    path.write_bytes(start + b"dwell = 2" + (end + b'source = "x.jpg"' if end else b""))
    result = edge("config", "--config", path)
    assert result.returncode == 0, result.stderr
    assert "dwell = 2.0" in result.stdout
