"""The crop rule in crop.json and in the contract."""

import json

import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import (
    DEFAULT_CROP_RULE,
    crop_rule_json,
    crop_rule_of,
    read_crop_rule,
)


def rule(face_width: float = 2.0, eye_height: float = 0.5) -> dict[str, float]:
    return {"face_width": face_width, "eye_height": eye_height}


def test_a_rule_is_the_same_after_writing_and_reading(tmp_path):
    assert read_crop_rule(tmp_path) == DEFAULT_CROP_RULE
    (tmp_path / "crop.json").write_text(crop_rule_json(rule(3.3, 0.41)))
    assert read_crop_rule(tmp_path) == rule(3.3, 0.41)
    contract = Contract(
        labels=("a", "b"), width=8, height=8, activation="softmax", **rule(3.3, 0.41)
    )
    assert crop_rule_of(contract) == rule(3.3, 0.41)


BAD_RULES = ["", "[]", "{}", '{"face_width": 1}', json.dumps(rule() | {"more": 1})]
BAD_RULES += [json.dumps(rule(width)) for width in (0.0, -1.0, 21.0)]
BAD_RULES += ['{"face_width": NaN, "eye_height": 0}', '{"face_width": 2.7, "eye_height": "x"}']


@pytest.mark.parametrize("text", BAD_RULES)
def test_an_invalid_rule_is_refused(text, tmp_path):
    (tmp_path / "crop.json").write_text(text)
    with pytest.raises(UserError, match=r"crop\.json: not a crop rule"):
        read_crop_rule(tmp_path)
