"""The cost of a model: bytes, parameters and multiply-adds."""

from math import prod
from pathlib import Path
from typing import Any

from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators


def cost(path: Path) -> dict[str, int]:
    """Return a model's bytes, parameters and multiply-adds; raises UserError as `Classifier`."""
    content, _ = read_model(path)
    return model_cost(content, make_interpreter(content, find_runtime("auto")[1], delegates=False))


def model_cost(content: bytes, plain: Any) -> dict[str, int]:
    """Return the same of a model that was loaded without delegates, which hide its operators."""
    nodes, tensors = operators(plain), plain.get_tensor_details()
    return {
        "bytes": len(content),
        "parameters": parameters(nodes, tensors),
        "multiply_adds": multiply_adds(nodes, tensors),
    }


_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def parameters(nodes: list[dict[str, Any]], tensors: list[dict[str, Any]]) -> int:
    """Return how many numbers the convolutions and dense layers have, biases among them."""
    shapes = {tensor["index"]: tensor["shape"] for tensor in tensors}
    weights = {i for op in nodes if op["op_name"] in _WEIGHTED for i in op["inputs"][1:] if i >= 0}
    return sum(prod(map(int, shapes[i])) for i in weights)


def multiply_adds(nodes: list[dict[str, Any]], tensors: list[dict[str, Any]]) -> int:
    """Return the multiply-adds of one inference: those of convolutions and dense layers.

    Their weights' shapes (TFLite's kernels): CONV_2D (out, rows, columns, in), DEPTHWISE_CONV_2D
    (1, rows, columns, channels), FULLY_CONNECTED (out, in).
    """
    shapes = {tensor["index"]: [int(n) for n in tensor["shape"]] for tensor in tensors}
    total = 0
    for op in nodes:
        if op["op_name"] not in _WEIGHTED:
            continue
        weights, output = shapes[op["inputs"][1]], shapes[op["outputs"][0]]
        positions = prod(output[:-1])
        total += prod(weights) * positions
    return total
