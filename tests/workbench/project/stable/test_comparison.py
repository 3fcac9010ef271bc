"""A difference from a snapshot is said in words, whatever it is."""

import copy

import pytest

from tests.workbench.project.stable.command_line import command_line
from tests.workbench.project.stable.comparison import differences, explain
from tests.workbench.project.stable.kinds import KINDS
from tests.workbench.project.stable.shapes import shape
from tests.workbench.project.stable.snapshots import read

BEFORE = {"run": {"--faces": ["on", "off"], "--every": 0.5, "--to": None}, "exit": 2}


def test_what_is_equal_is_no_difference():
    assert differences(BEFORE, copy.deepcopy(BEFORE)) == []
    assert differences({"a": ["x", "y"]}, {"a": ["y", "x"]}) == []
    assert explain("command-line", BEFORE, BEFORE) == ""


def test_each_difference_is_named():
    present = {"run": {"--faces": ["on", "maybe"], "--every": 1.5}, "exit": 2, "info": {}}
    assert differences(BEFORE, present) == [
        "removed: run > --faces > off",
        "removed: run > --to",
        "changed: run > --every: 0.5 is now 1.5",
        "added: info",
        "added: run > --faces > maybe",
    ]


def test_an_explanation_says_how_to_accept_it():
    text = explain("mqtt", {"topics": {"state": None}}, {"topics": {}})
    assert "removed: topics > state" in text
    assert "python -m tests.workbench.project.stable mqtt" in text
    assert "CHANGELOG.md" in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_removal_from_a_snapshot_and_every_addition_to_it_is_found(kind):
    promised = read(kind)
    for key in promised:
        without = {name: value for name, value in promised.items() if name != key}
        assert any(line.startswith(f"removed: {key}") for line in differences(promised, without))
        assert any(line.startswith(f"added: {key}") for line in differences(without, promised))


def test_an_option_that_goes_or_gets_another_default_is_noticed(monkeypatch, tmp_path):
    from emotion_edge.cli import parser

    whole = dict(parser._COMMANDS)
    monkeypatch.setitem(parser._COMMANDS, "bench", (*whole["bench"][:3], lambda added: None))
    monkeypatch.delitem(parser._COMMANDS, "compare")
    lines = differences(read("command-line"), command_line(tmp_path))
    assert "removed: emotion-edge bench > --json" in lines
    assert "removed: emotion-edge compare" in lines
    assert not [line for line in lines if " run >" in line]


def test_the_shape_of_values_has_each_key_with_its_types():
    values = [{"a": None, "scores": {"red": 1.0}, "b": [1, "x"]}, {"a": True, "scores": None}]
    assert shape(values) == {
        "a": "boolean or null",
        "scores": "null or object",
        "scores.LABEL": "number",
        "b": "list",
        "b[]": "number or string",
    }
    assert shape(values, nulls=False)["a"] == "boolean"
    assert shape([{"temperature": None}]) == {"temperature": "null or number"}
