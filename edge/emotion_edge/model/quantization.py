"""Quantise and dequantise tensors, and build the input look-up table."""

from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract


def quantize(
    real: npt.NDArray[Any], *, scale: float, zero_point: int, dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    """Return `real / scale + zero_point`, rounded, then clipped to the range of `dtype`.

    The affine scheme of Jacob et al. 2018 (arXiv:1712.05877), equation 1. Rounding before the
    cast matters: truncation gets 63 of 256 pixel values wrong.
    """
    limits = np.iinfo(dtype)
    rounded = np.rint(real / scale) + zero_point
    return np.asarray(np.clip(rounded, limits.min, limits.max).astype(dtype))


def dequantize(
    quantized: npt.NDArray[Any], *, scale: float, zero_point: int
) -> npt.NDArray[np.float32]:
    """Return `(quantized - zero_point) * scale` as float32, the inverse of `quantize`."""
    return (quantized.astype(np.float32) - zero_point) * np.float32(scale)


def input_table(
    contract: Contract, *, dtype: npt.DTypeLike, scale: float = 0.0, zero_point: int = 0
) -> npt.NDArray[Any]:
    """Return the network's input value for each pixel value 0..255: shape (256,), of `dtype`.

    A pixel has only 256 values, so normalising and quantising is one look-up: `table[pixels]`.
    scale, zero_point: the input tensor's quantisation; unused if `dtype` is a float type.
    """
    real = np.arange(256) * contract.scale + contract.offset
    if np.issubdtype(dtype, np.floating):
        return real.astype(dtype)
    return quantize(real, scale=scale, zero_point=zero_point, dtype=dtype)
