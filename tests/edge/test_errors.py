"""Messages: passwords in URLs are masked, and text of others is one harmless line."""

import sys
import time

import pytest

from emotion_edge.errors import UserError, escape, exit_code, is_plain, mask, shorten
from tests.edge.command_line import edge


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mqtt://u:S@h/x", "mqtt://u:*@h/x"),
        ("mqtt://:S@h", "mqtt://:*@h"),
        ("mqtt:/u:S@h", "mqtt:/u:*@h"),
        ("mqtt:u:S@h", "mqtt:u:*@h"),
        ("mqtt//u:S@h", "mqtt//u:*@h"),
        ("u:S@h/x", "u:*@h/x"),
        ("u:S:S@h", "u:*@h"),
        ("mqtt://u:S/@S?S#S@h", "mqtt://u:*@h"),
        ("mqtt://u:12/S@h/x", "mqtt://u:*@h/x"),
        ("mqtt://u:S", "mqtt://u:*"),
        ("ssl://u:S/x", "ssl://u:*"),
        ("rtsp://u:S@c/s?password=S&x=1", "rtsp://u:*@c/s?password=*&x=1"),
        ("http://c/s?user=u&PWD=S", "http://c/s?user=u&PWD=*"),
    ],
)
def test_passwords_are_masked(text, masked):
    assert mask(text).replace("********", "*") == masked


@pytest.mark.parametrize(
    "text",
    [
        "mqtt://u@h:1883/x",
        "mqtts://h:8883/a%40b",
        "mqtt://[::1]:1883/x",
        "v4l2:/dev/video0",
        "replay:/photos/@eaDir/10:30",
        "/photos/a:b@c.jpg",
        "photos/*?.jpg",
        "http://c:8080/s?user=u&n=1",
    ],
)
def test_other_texts_stay_as_they_are(text):
    assert mask(text) == text


@pytest.mark.parametrize("part", ["?", "pass", "a:", "a:/", ":", "@", "a://", "?a=", "/"])
def test_masking_takes_time_in_proportion_to_the_length(part):
    start = time.monotonic()
    for text in (part * 200_000, f"a:{part * 200_000}", f"mqtt{part * 200_000}@"):
        mask(text)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\r\t", r"a\nb\r\t"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("caf\udce9", r"caf\udce9"),
    ],
)
def test_control_characters_are_escaped(text, expected):
    assert escape(text) == expected
    assert not is_plain(text)


@pytest.mark.parametrize("text", ["", "plain", "tres\u00a0bien", "客厅", "e\u0301 👩\u200d🚀"])
def test_other_text_stays(text):
    assert escape(text) == text
    assert is_plain(text)


def test_long_values_are_cut():
    assert shorten("a\n") == r"'a\n'"
    assert shorten(10**400) == f"1{'0' * 59}..."
    assert len(shorten(["x"] * 10**5)) == 63
    limit = sys.get_int_max_str_digits()
    assert shorten(10 ** (limit + 1)) == "a number of thousands of digits"


def test_an_error_is_one_line(capsys):
    def fail():
        raise UserError("a\x1b[2J\nemotion-edge: all is well")

    assert exit_code("program", fail) == 2
    expected = r"program: error: a\x1b[2J\nemotion-edge: all is well"
    assert capsys.readouterr().err == f"{expected}\n"


def test_a_log_line_cannot_be_forged_by_a_file_name(tmp_path):
    name = "a\x1b[2J\nemotion-edge: all is well.jpg"
    (tmp_path / name).write_bytes(b"")
    stderr = edge("run", "--faces", "off", "--source", tmp_path).stderr
    assert "\x1b" not in stderr
    assert r"a\x1b[2J\nemotion-edge: all is well.jpg" in stderr
    assert "\nemotion-edge: all is well" not in stderr
