"""Quantisation of the input, and of tensors in general."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.quantization import dequantize, input_table, quantize
from tests.edge.models import CONTRACT

PIXELS = np.arange(256)


def test_every_pixel_value_is_quantised_exactly():
    table = input_table(CONTRACT, dtype=np.int8, scale=1 / 255, zero_point=-128)
    assert table.dtype == np.int8
    assert np.array_equal(table, PIXELS - 128)


@pytest.mark.parametrize("scale", [np.float32(1 / 255), 0.003921568859368563])
def test_a_scale_rounded_to_32_bits_is_exact_too(scale):
    table = input_table(CONTRACT, dtype=np.int8, scale=float(scale), zero_point=-128)
    assert np.array_equal(table, PIXELS - 128)


def test_other_input_types_and_normalisations_use_the_table_too():
    table = input_table(CONTRACT, dtype=np.uint8, scale=1 / 255, zero_point=0)
    assert np.array_equal(table, PIXELS)
    assert np.allclose(input_table(CONTRACT, dtype=np.float32), PIXELS / 255)
    centred = replace(CONTRACT, scale=1 / 127.5, offset=-1.0)
    assert input_table(centred, dtype=np.float32)[[0, 255]].tolist() == [-1, 1]
    table = input_table(centred, dtype=np.int8, scale=2 / 255, zero_point=0)
    assert table[[0, 255]].tolist() == [-128, 127]


def test_truncation_would_make_many_pixel_values_a_step_too_low():
    # The usual shortcut; because of it the tests above check all 256 values.
    real = PIXELS * CONTRACT.scale
    truncated = (real / float(np.float32(1 / 255)) - 128).astype(np.int8)
    assert (truncated != PIXELS - 128).sum() > 60


def test_quantising_rounds_and_clips():
    values = np.array([-9.0, -0.26, 0.24, 0.26, 9.0])
    assert quantize(values, scale=0.5, zero_point=3, dtype=np.int8).tolist() == [-15, 2, 3, 4, 21]
    assert quantize(values, scale=0.01, zero_point=0, dtype=np.int8).tolist() == [
        *(-128, -26, 24, 26, 127),
    ]


def test_dequantising_is_within_half_a_step_of_the_original():
    values = np.linspace(-3, 3, 999)
    steps = quantize(values, scale=0.05, zero_point=7, dtype=np.int8)
    assert np.abs(dequantize(steps, scale=0.05, zero_point=7) - values).max() <= 0.025 + 1e-6
