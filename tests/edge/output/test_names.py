"""Names that are not UTF-8: the same escapes on stdout as on MQTT."""

import json
import os
import re
from pathlib import Path

import pytest

from emotion_edge.output.json_lines import dumps
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import edge, json_lines
from tests.edge.models import INT8
from tests.edge.pictures import save

NAME = "caf\udce9 \udcff.png"  # as Python holds the bytes E9 and FF of a name
ESCAPED = r"caf\udce9 \udcff.png"


def test_the_code_in_the_documentation_is_right():
    page = (Path(__file__).parents[3] / "docs/output.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(block, {})  # it has an assertion


def test_any_text_becomes_json_in_utf_8():
    given = {"source": NAME, "\ud800": ["\udfff", {"ü": "☺"}], "n": 1.5, "none": None}
    line = dumps(given)
    assert json.loads(line.encode()) == given
    assert "☺" in line
    assert ESCAPED in line


@pytest.fixture
def picture(tmp_path) -> Path:
    return save(tmp_path / "photos" / NAME, "red")


def test_stdout_shows_such_a_name_as_an_escape_that_leads_back_to_its_bytes(picture):
    words = ("run", "--model", INT8, "--faces", "off", "--source")
    for source in (picture, picture.parent, f"{picture.parent}/*.png"):
        result = edge(*words, source, env={**os.environ, "LC_ALL": "C"})
        assert result.returncode == 0, result.stderr
        (line,) = json_lines(result.stdout)
        assert os.fsencode(line["source"]) == os.fsencode(picture)


@plain_broker
def test_a_broker_gets_the_same_text(broker, daemon, picture):
    save(picture.parent / "z.png", "green")
    listener = Listener(broker)
    run = daemon("--source", picture.parent, *broker.options)
    assert run.process.wait(30) == 0, run.stderr
    listener.wait("availability", "offline")
    events = [json.loads(event) for event in listener.of("events")]
    assert [Path(event["source"]).name for event in events] == [NAME, "z.png"]


def test_the_rest_of_the_program_takes_such_names(picture, tmp_path):
    sheet = tmp_path / "sheet\udcff.jpg"
    result = edge("run", "--source", picture, "--faces", "off", "--model", INT8, "--draw", sheet)
    assert result.returncode == 0, result.stderr
    assert sheet.exists()
    missing = edge("run", "--model", INT8, "--source", f"{picture}.none")
    assert missing.returncode == 2
    assert ESCAPED in missing.stderr
    shown = edge("config", "--source", picture)
    assert shown.returncode == 0, shown.stderr
    assert f'# source = "{picture.parent}/{ESCAPED}"  # command line' in shown.stdout


def test_names_from_an_unquoted_glob_do_not_reach_the_terminal_as_they_are():
    result = edge("run", "--source", "a.jpg", "b\x1b[2J\udcff.jpg")
    assert result.returncode == 2
    assert r"unrecognized arguments: b\x1b[2J\udcff.jpg" in result.stderr
