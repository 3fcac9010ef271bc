"""The contract as JSON text."""

import json
from dataclasses import replace

import pytest

from emotion_edge.model.contract import ContractError, dumps, loads
from tests.edge.models import CONTRACT


def test_a_contract_is_the_same_after_writing_and_reading():
    contract = replace(CONTRACT, labels=("heiter", "trüb"), temperature=1.5, offset=-1)
    assert loads(dumps(contract)) == contract
    assert dumps(loads(dumps(contract))) == dumps(contract)


MALFORMED = {
    "not JSON": ("{", "not JSON"),
    "not an object": ("[]", "no version"),
    "no version": ({"version": None}, "no version"),
    "newer version": ({"version": 4}, "version 4.*upgrade emotion-edge"),
    "unknown key": ({"colour": 1}, "unknown: colour"),
    "wrong type": ({"width": "8"}, "width has the wrong type"),
    "a boolean for a number": ({"width": True}, "width has the wrong type"),
    "labels are text": ({"labels": "abc"}, "labels has the wrong type"),
    "one label": ({"labels": ["a"]}, "at least two different"),
    "the same label twice": ({"labels": ["a", "a"]}, "at least two different"),
    "unknown activation": ({"activation": "tanh"}, "activation is 'tanh', known: sigmoid, softmax"),
    "other colour order": ({"color_space": "BGR"}, "color_space is 'BGR'"),
    "unknown contrast": ({"contrast": "more"}, "contrast is 'more', known: none, stretch"),
    "unknown crop": ({"crop": "stretch"}, "crop is 'stretch'"),
    "zero width": ({"width": 0}, "must be positive"),
    "zero temperature": ({"temperature": 0.0}, "must be positive"),
    "zero scale": ({"scale": 0.0}, "scale must not be zero"),
    "an infinite scale": ({"scale": float("inf")}, "must be finite"),
    "an offset beyond the range of float": ({"offset": 10**400}, "must be finite"),
    "a temperature that is not a number": ({"temperature": float("nan")}, "must be finite"),
    "a label of two lines": ({"labels": ["a", "b\nc"]}, "must be one line"),
    "an empty label": ({"labels": ["a", ""]}, "must be one line, and not empty"),
    "a reserved label": ({"labels": ["happy", "no_face"]}, "label 'no_face' is reserved"),
    "a face width of zero": ({"face_width": 0.0}, "face_width must be positive"),
    "leave above enter": ({"leave": 0.5}, "leave must not be above enter"),
    "a threshold above 1": ({"enter": 1.5}, "must be between 0 and 1"),
    "a height that is not a number": ({"eye_height": float("nan")}, "must be finite"),
    "deeply nested brackets": ("[" * 100_000, "not JSON"),
    "bytes that are not text": (b'{"version": "\xff"}', "not JSON"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_contract_is_refused_with_a_reason(kind):
    change, expected = MALFORMED[kind]
    if isinstance(change, dict):
        change = json.dumps(json.loads(dumps(CONTRACT)) | change)
    with pytest.raises(ContractError, match=expected):
        loads(change)


@pytest.mark.parametrize("key", sorted(json.loads(dumps(CONTRACT)).keys() - {"version"}))
def test_a_missing_key_is_named(key):
    values = json.loads(dumps(CONTRACT))
    del values[key]
    with pytest.raises(ContractError, match=f"missing or unknown: {key}"):
        loads(json.dumps(values))
