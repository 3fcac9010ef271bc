"""The contract, and the pre- and postprocessing that it controls."""

import json
from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.contract import Contract, ContractError, dumps, loads
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.quantization import dequantize, input_table, quantize

CONTRACT = Contract(labels=("blue", "green", "red"), width=8, height=8, activation="sigmoid")
PIXELS = np.arange(256)


def test_a_contract_survives_its_text():
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
    "a truth for a number": ({"width": True}, "width has the wrong type"),
    "labels are text": ({"labels": "abc"}, "labels has the wrong type"),
    "one label": ({"labels": ["a"]}, "at least two different"),
    "the same label twice": ({"labels": ["a", "a"]}, "at least two different"),
    "unknown activation": ({"activation": "tanh"}, "activation is 'tanh', known: sigmoid, softmax"),
    "other colour order": ({"color_space": "BGR"}, "color_space is 'BGR'"),
    "unknown contrast": ({"contrast": "more"}, "contrast is 'more', known: none, stretch"),
    "unknown crop": ({"crop": "stretch"}, "crop is 'stretch'"),
    "no width": ({"width": 0}, "must be positive"),
    "no temperature": ({"temperature": 0.0}, "must be positive"),
    "no scale": ({"scale": 0.0}, "scale must not be zero"),
    "an endless scale": ({"scale": float("inf")}, "must be finite"),
    "an offset beyond float": ({"offset": 10**400}, "must be finite"),
    "a temperature that is no number": ({"temperature": float("nan")}, "must be finite"),
    "a label of two lines": ({"labels": ["a", "b\nc"]}, "must be one line"),
    "an empty label": ({"labels": ["a", ""]}, "must be one line, and not empty"),
    "a label of the edge's own": ({"labels": ["happy", "no_face"]}, "label 'no_face' is reserved"),
    "a width of nothing": ({"face_width": 0.0}, "face_width must be positive"),
    "thresholds the wrong way round": ({"leave": 0.5}, "leave must not be above enter"),
    "a threshold that no score reaches": ({"enter": 1.5}, "must be between 0 and 1"),
    "a height that is no number": ({"eye_height": float("nan")}, "must be finite"),
    "bottomless brackets": ("[" * 100_000, "not JSON"),
    "bytes that are no text": (b'{"version": "\xff"}', "not JSON"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_contract_is_refused_in_words(kind):
    change, words = MALFORMED[kind]
    if isinstance(change, dict):
        change = json.dumps(json.loads(dumps(CONTRACT)) | change)
    with pytest.raises(ContractError, match=words):
        loads(change)


@pytest.mark.parametrize("key", json.loads(dumps(CONTRACT)).keys() - {"version"})
def test_a_missing_key_is_named(key):
    values = json.loads(dumps(CONTRACT))
    del values[key]
    with pytest.raises(ContractError, match=f"missing or unknown: {key}"):
        loads(json.dumps(values))


@pytest.mark.parametrize(("rows", "columns"), [(8, 24), (24, 8)])
def test_preprocessing_cuts_out_the_centre_and_does_not_stretch(rows, columns):
    picture = np.zeros((rows, columns, 3), np.uint8)
    picture[rows // 2 - 4 : rows // 2 + 4, columns // 2 - 4 : columns // 2 + 4] = (10, 20, 30)
    assert (preprocess(picture, CONTRACT) == (10, 20, 30)).all()


def test_preprocessing_leaves_a_picture_of_the_right_size_alone():
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    assert np.array_equal(preprocess(picture, CONTRACT), picture)


def test_preprocessing_keeps_the_order_of_channels():
    picture = np.full((30, 20, 3), (10, 20, 30), np.uint8)
    assert (preprocess(picture, CONTRACT) == (10, 20, 30)).all()


def test_preprocessing_averages_when_it_makes_smaller():
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = preprocess(np.repeat(board[..., None], 3, axis=2).astype(np.uint8), CONTRACT)
    assert np.abs(small.astype(int) - 127).max() < 10


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 50), (50, 1), (3, 1000)])
def test_preprocessing_bears_odd_sizes(rows, columns):
    small = preprocess(np.full((rows, columns, 3), 77, np.uint8), CONTRACT)
    assert small.shape == (8, 8, 3)
    assert small.dtype == np.uint8
    assert (small == 77).all()


def test_preprocessing_obeys_a_contract_that_is_not_square():
    contract = replace(CONTRACT, width=16, height=4)
    assert preprocess(np.zeros((100, 100, 3), np.uint8), contract).shape == (4, 16, 3)


def test_every_pixel_value_enters_an_int8_network_exactly():
    table = input_table(CONTRACT, dtype=np.int8, scale=1 / 255, zero_point=-128)
    assert table.dtype == np.int8
    assert np.array_equal(table, PIXELS - 128)


@pytest.mark.parametrize("scale", [np.float32(1 / 255), 0.003921568859368563])
def test_the_scale_that_a_file_holds_in_32_bits_is_exact_as_well(scale):
    table = input_table(CONTRACT, dtype=np.int8, scale=float(scale), zero_point=-128)
    assert np.array_equal(table, PIXELS - 128)


def test_other_input_types_and_normalisations_are_looked_up_likewise():
    table = input_table(CONTRACT, dtype=np.uint8, scale=1 / 255, zero_point=0)
    assert np.array_equal(table, PIXELS)
    assert np.allclose(input_table(CONTRACT, dtype=np.float32), PIXELS / 255)
    centred = replace(CONTRACT, scale=1 / 127.5, offset=-1.0)
    assert input_table(centred, dtype=np.float32)[[0, 255]].tolist() == [-1, 1]
    table = input_table(centred, dtype=np.int8, scale=2 / 255, zero_point=0)
    assert table[[0, 255]].tolist() == [-128, 127]


def test_truncation_would_put_many_pixel_values_a_step_too_low():
    # This is why the tests above check all 256 values: the usual shortcut fails them.
    real = PIXELS * CONTRACT.scale
    truncated = (real / float(np.float32(1 / 255)) - 128).astype(np.int8)
    assert (truncated != PIXELS - 128).sum() > 60


def test_quantising_rounds_and_then_clips():
    values = np.array([-9.0, -0.26, 0.24, 0.26, 9.0])
    assert quantize(values, scale=0.5, zero_point=3, dtype=np.int8).tolist() == [-15, 2, 3, 4, 21]
    assert quantize(values, scale=0.01, zero_point=0, dtype=np.int8).tolist() == [
        *(-128, -26, 24, 26, 127),
    ]


def test_dequantising_is_within_half_a_step_of_what_was_quantised():
    values = np.linspace(-3, 3, 999)
    steps = quantize(values, scale=0.05, zero_point=7, dtype=np.int8)
    assert np.abs(dequantize(steps, scale=0.05, zero_point=7) - values).max() <= 0.025 + 1e-6


def test_sigmoid_scores_are_each_sigmoid_over_their_sum():
    logits = np.array([[-2.0, 0.5, 3.0], [1.0, 1.0, 1.0]])
    sigmoids = 1 / (1 + np.exp(-logits))
    assert np.allclose(scores(logits, CONTRACT), sigmoids / sigmoids.sum(axis=1, keepdims=True))


def test_sigmoid_scores_hold_where_every_sigmoid_underflows():
    values = scores(np.array([-2000.0, -2001.0, -5000.0]), CONTRACT)
    assert values == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0])
    assert scores(np.full(3, 5000.0), CONTRACT) == pytest.approx(1 / 3)


def test_softmax_scores_and_temperature():
    logits = np.array([1.0, 2.0, 4.0])
    softmax = replace(CONTRACT, activation="softmax")
    assert scores(logits, softmax) == pytest.approx(np.exp(logits) / np.exp(logits).sum())
    cooler = replace(softmax, temperature=2.0)
    assert scores(logits, cooler) == pytest.approx(scores(logits / 2, softmax))


@pytest.mark.parametrize("temperature", [0.1, 3.0])
def test_temperature_sharpens_or_flattens_scores_even_where_sigmoids_saturate(temperature):
    logits = np.array([3.0, 1.0, 6.0])  # sigmoids of 0.95, 0.73 and 0.998
    powers = (1 / (1 + np.exp(-logits))) ** (1 / temperature)
    changed = scores(logits, replace(CONTRACT, temperature=temperature))
    assert changed == pytest.approx(powers / powers.sum())
    assert (changed.max() > scores(logits, CONTRACT).max()) == (temperature < 1)
    assert np.array_equal(changed.argsort(), logits.argsort())


def test_grey_is_luma_and_a_grey_picture_stays_what_it_is():
    contract = replace(CONTRACT, color_space="GRAYSCALE")
    assert contract.input_shape == (8, 8, 1)
    colours = np.zeros((8, 8, 3), np.uint8)
    colours[:4], colours[4:] = (200, 100, 50), (10, 20, 250)
    grey = preprocess(colours, contract)
    assert grey.shape == (8, 8, 1)
    assert grey.dtype == np.uint8
    luma = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    assert np.abs(grey[..., 0] - colours @ luma).max() <= 0.5 + 1e-6
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8, 1) * 4
    assert np.array_equal(preprocess(levels.repeat(3, axis=2), contract), levels)


def test_a_dull_picture_is_stretched_to_the_whole_range():
    contract = replace(CONTRACT, contrast="stretch", width=32, height=32)
    grey = replace(contract, color_space="GRAYSCALE")
    dull = np.linspace(60, 110, 32 * 32).round().astype(np.uint8).reshape(32, 32, 1).repeat(3, 2)
    stretched = preprocess(dull, grey)
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert np.mean(stretched == 0) == pytest.approx(0.02, abs=0.02)
    assert (np.diff(stretched.ravel().astype(int)) >= 0).all()
    assert preprocess(dull, contract).shape == (32, 32, 3)
    flat = np.full((32, 32, 3), 90, np.uint8)
    assert np.array_equal(preprocess(flat, grey), flat[..., :1])
