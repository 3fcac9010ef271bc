"""The contract as JSON text."""

import json
from dataclasses import replace

import pytest

from emotion_edge.model.contract import ContractError, dumps, loads
from tests.edge.models import CONTRACT


def test_a_contract_is_the_same_after_writing_and_reading():
    contract = replace(
        CONTRACT, labels=("heiter", "trüb"), prior=(0.9, 0.1), tau=0.3, temperature=1.5, offset=-1
    )
    assert loads(dumps(contract)) == contract
    assert dumps(loads(dumps(contract))) == dumps(contract)


MALFORMED = {
    "not JSON": ("{", "not JSON"),
    "not an object": ("[]", "no version"),
    "no version": ({"version": None}, "no version"),
    "newer version": (
        {"version": 5},
        "version 5, but this emotion-edge reads version 4; upgrade emotion-edge, or convert",
    ),
    "older version": (
        {"version": 3},
        "version 3, but this emotion-edge reads version 4; convert the model again",
    ),
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
    "zero width": ({"width": 0}, "width is 0, allowed: 1 to 1024"),
    "zero temperature": ({"temperature": 0.0}, r"temperature is 0\.0, allowed"),
    "zero scale": ({"scale": 0.0}, "scale must not be zero"),
    "an infinite scale": ({"scale": float("inf")}, "scale is inf, allowed"),
    "an offset beyond the range of float": (
        {"offset": 10**400},
        r"offset is 10{59}\.\.\., allowed",
    ),
    "a temperature that is not a number": ({"temperature": float("nan")}, "temperature is nan"),
    "a label of two lines": ({"labels": ["a", "b\nc"]}, "must be one line"),
    "an empty label": ({"labels": ["a", ""]}, "must be one line of 1 to 100 characters"),
    "a reserved label": ({"labels": ["happy", "no_face"]}, "label 'no_face' is reserved"),
    "a face width of zero": ({"face_width": 0.0}, r"face_width is 0\.0, allowed: 1 to 10"),
    "leave above enter": ({"leave": 0.5}, "leave must not be above enter"),
    "a threshold above 1": ({"enter": 1.5}, r"enter is 1\.5, allowed: 0 to 1"),
    "a height that is not a number": ({"eye_height": float("nan")}, "eye_height is nan"),
    "a huge face": ({"face_width": 1e4}, r"face_width is 10000\.0, allowed: 1 to 10"),
    "a face far below its eyes": ({"eye_height": 300}, "eye_height is 300, allowed: 0 to 1"),
    "a huge input": ({"width": 10**6}, "width is 1000000, allowed"),
    "more digits than Python reads": ('{"version": 1' + "0" * 5000 + "}", "not JSON"),
    "a version of 400 digits": ({"version": 10**400}, r"version 10{59}\.\.\., but"),
    "too many labels": ({"labels": [f"label {i}" for i in range(101)]}, "101 labels, allowed: 100"),
    "a long label": ({"labels": ["a", "b" * 101]}, "must be one line of 1 to 100 characters"),
    "ESC in a label": ({"labels": ["a", "\x1b[2J"]}, r"label '\\x1b\[2J' must be one line"),
    "a line separator in a label": ({"labels": ["a", "b\u2028c"]}, r"'b\\u2028c' must be one line"),
    "half a character in a label": ({"labels": ["a", "b\ud800"]}, r"'b\\ud800' must be one line"),
    "reversed writing in a label": ({"labels": ["a", "\u202ec"]}, r"'\\u202ec' must be one line"),
    "ESC in a name": ({"\x1b[2J": 1}, r"unknown: \\x1b\[2J"),
    "ESC in a value": ({"crop": "\x1b[2J"}, r"crop is '\\x1b\[2J', known"),
    "no features": ({"embedding": 0}, "embedding is 0, allowed: 1 to 4096"),
    "too many features": ({"embedding": 4097}, "embedding is 4097, allowed: 1 to 4096"),
    "half a feature": ({"embedding": 1.5}, "embedding has the wrong type"),
    "a prior that is a number": ({"prior": 0.3}, "prior has the wrong type"),
    "a prior of texts": ({"prior": ["0.2", "0.3", "0.5"]}, "prior has the wrong type"),
    "a share missing": ({"prior": [0.5, 0.5]}, "prior must have a number for each label"),
    "a class that never occurs": ({"prior": [0, 0.5, 0.5]}, "prior must have .*: 1e-06 to 1"),
    "a negative share": ({"prior": [-0.5, 0.5, 1.0]}, "prior must have .*: 1e-06 to 1"),
    "a share that is not a number": ({"prior": [float("nan"), 0.5, 0.5]}, "prior must have"),
    "shares of 90 %": ({"prior": [0.3, 0.3, 0.3]}, "numbers of prior must add up to 1"),
    "a negative tau": ({"tau": -0.1}, r"tau is -0\.1, allowed: 0 to 1"),
    "a tau above 1": ({"tau": 1.5}, r"tau is 1\.5, allowed: 0 to 1"),
    "a tau that is not a number": ({"tau": float("nan")}, "tau is nan"),
    "a key twice": (dumps(CONTRACT).replace("{", '{"width": 9,', 1), "a key stands twice"),
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


@pytest.mark.parametrize(
    "label", ["客厅", "\u0645\u06cc\u200c\u062e", "👩\u200d🚀", "tres\u00a0bien"]
)
def test_labels_of_every_script_are_accepted(label):
    contract = replace(CONTRACT, labels=("a", label), prior=(0.5, 0.5))
    assert loads(dumps(contract)) == contract
