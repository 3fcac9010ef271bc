"""Names that are not UTF-8: text that every reader of JSON takes, on stdout as on MQTT."""

import json
import os
import re
from pathlib import Path

import pytest

from emotion_edge.output.json_lines import dumps
from tests.edge.command_line import edge, json_lines
from tests.edge.listener import Listener
from tests.edge.models import INT8
from tests.edge.mosquitto import plain_broker
from tests.edge.pictures import save

NAME = "caf\udce9 \udcff.png"  # as Python holds the bytes E9 and FF of a name
SHOWN = r"caf\udce9 \udcff.png"


def original(shown: str) -> bytes:
    """Return a name's bytes, as docs/output.md says."""
    return os.fsencode(re.sub(r"\\u(dc[89a-f].)", lambda match: chr(int(match[1], 16)), shown))


def test_the_code_in_the_documentation_is_right():
    page = (Path(__file__).parents[3] / "docs/output.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(block, {})  # it has an assertion
    assert r'os.fsencode(re.sub(r"\\u(dc[89a-f].)", lambda match: chr(int(match[1], 16))' in block


def test_any_text_becomes_valid_json():
    line = dumps({"source": NAME, "\ud800": ["\udfff", {"ü": "☺"}], "n": 1.5, "none": None})
    assert json.loads(line.encode()) == {
        "source": SHOWN,
        r"\ud800": [r"\udfff", {"ü": "☺"}],
        "n": 1.5,
        "none": None,
    }
    assert "☺" in line


@pytest.fixture
def picture(tmp_path) -> Path:
    return save(tmp_path / "photos" / NAME, "red")


def test_stdout_shows_such_a_name_as_text_that_leads_back_to_its_bytes(picture):
    words = ("run", "--model", INT8, "--faces", "off", "--source")
    for source in (picture, picture.parent, f"{picture.parent}/*.png"):
        result = edge(*words, source, env={**os.environ, "LC_ALL": "C"})
        assert result.returncode == 0, result.stderr
        (line,) = json_lines(result.stdout)
        assert line["source"] == f"{picture.parent}/{SHOWN}"
        assert original(line["source"]) == os.fsencode(picture)


@plain_broker
def test_a_broker_gets_the_same_text(broker, daemon, picture):
    save(picture.parent / "z.png", "green")
    listener = Listener(broker)
    run = daemon("--source", picture.parent, *broker.options)
    assert run.process.wait(30) == 0, run.stderr
    listener.wait("availability", "offline")
    events = [json.loads(event) for event in listener.of("events")]
    assert [Path(event["source"]).name for event in events] == [SHOWN, "z.png"]


def test_the_rest_of_the_program_takes_such_names(picture, tmp_path):
    sheet = tmp_path / "sheet\udcff.jpg"
    result = edge("run", "--source", picture, "--faces", "off", "--model", INT8, "--draw", sheet)
    assert result.returncode == 0, result.stderr
    assert sheet.exists()
    missing = edge("run", "--model", INT8, "--source", f"{picture}.none")
    assert missing.returncode == 2
    assert SHOWN in missing.stderr
    shown = edge("config", "--source", picture)
    assert shown.returncode == 0, shown.stderr
    assert f'# source = "{picture.parent}/{SHOWN}"  # command line' in shown.stdout
