"""The crop rule in crop.json and in the contract."""

import json
import os
from dataclasses import replace

import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.crop_rule import (
    DEFAULT_CROP_RULE,
    crop_rule_json,
    crop_rule_of,
    read_crop_rule,
)
from tests.edge.command_line import edge, own_lines
from tests.edge.models import CONTRACT


def rule(face_width: float = 2.0, eye_height: float = 0.5) -> dict[str, float]:
    return {"face_width": face_width, "eye_height": eye_height}


def test_a_rule_is_the_same_after_writing_and_reading(tmp_path):
    assert read_crop_rule(tmp_path) == DEFAULT_CROP_RULE
    (tmp_path / "crop.json").write_text(crop_rule_json(rule(3.3, 0.41)))
    assert read_crop_rule(tmp_path) == rule(3.3, 0.41)
    assert crop_rule_of(replace(CONTRACT, **rule(3.3, 0.41))) == rule(3.3, 0.41)


BAD_RULES = ["", "[]", "{}", '{"face_width": 1}', json.dumps(rule() | {"more": 1})]
BAD_RULES += [json.dumps(rule(width)) for width in (0.0, -1.0, 21.0)]
BAD_RULES += ['{"face_width": NaN, "eye_height": 0}', '{"face_width": 2.7, "eye_height": "x"}']
BAD_RULES += [json.dumps(rule(10**400)), json.dumps(rule(2.0, 10**400)), json.dumps(rule(True))]
BAD_RULES += [json.dumps(rule(2.0, 1.1)), "[" * 100_000, '{"face_width": 1' + "0" * 5000 + "}"]
BAD_RULES += ['{"face_width": 2, "face_width": 2, "eye_height": 0}', " " * 10**6]


@pytest.mark.parametrize("text", BAD_RULES)
def test_an_invalid_rule_is_refused(text, tmp_path):
    (tmp_path / "crop.json").write_text(text)
    with pytest.raises(UserError, match=r"crop\.json: not a crop rule"):
        read_crop_rule(tmp_path)


def test_a_pipe_in_place_of_a_rule_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "crop.json")
    with pytest.raises(UserError, match="not a crop rule: it is a pipe"):
        read_crop_rule(tmp_path)


def test_a_number_of_400_digits_is_an_error_of_the_command(tmp_path):
    (tmp_path / "crop.json").write_text(json.dumps(rule(10**400)))
    arguments = ("--label", "happy", "--count", 1, "--source", tmp_path, "--to", tmp_path)
    result = edge("collect", *arguments)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert line.endswith('an example: { "eye_height": 0.39, "face_width": 2.7 }')
    assert len(line) < 400
