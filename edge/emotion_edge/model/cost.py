"""The cost of a model: its size in bytes, its parameters and its multiply-adds."""

from math import prod
from pathlib import Path
from typing import Any

from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators

_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def cost(path: Path) -> dict[str, int]:
    """Return a model's "bytes", "parameters" and "multiply_adds".

    Raises UserError as `Classifier` does.
    """
    content, _ = read_model(path)
    return model_cost(content, make_interpreter(content, find_runtime("auto")[1], delegates=False))


def model_cost(content: bytes, interpreter: Any) -> dict[str, int]:
    """Return the same for a loaded model.

    interpreter: must have been made without delegates, because they hide the model's operators.
    """
    nodes, tensors = operators(interpreter), interpreter.get_tensor_details()
    return {
        "bytes": len(content),
        "parameters": parameters(nodes, tensors),
        "multiply_adds": multiply_adds(nodes, tensors),
    }


def parameters(nodes: list[dict[str, Any]], tensors: list[dict[str, Any]]) -> int:
    """Return the number of weights and biases of the convolutions and dense layers."""
    shapes = _shapes(tensors)
    weights = {i for op in nodes if op["op_name"] in _WEIGHTED for i in op["inputs"][1:] if i >= 0}
    return sum(prod(shapes[i]) for i in weights)


def multiply_adds(nodes: list[dict[str, Any]], tensors: list[dict[str, Any]]) -> int:
    """Return the multiply-adds of the convolutions and dense layers in one inference.

    Shapes of their weights in TFLite: CONV_2D (out, rows, columns, in), DEPTHWISE_CONV_2D
    (1, rows, columns, channels), FULLY_CONNECTED (out, in). Each weight is used once for each
    position of the output.
    """
    shapes = _shapes(tensors)
    return sum(
        prod(shapes[op["inputs"][1]]) * prod(shapes[op["outputs"][0]][:-1])
        for op in nodes
        if op["op_name"] in _WEIGHTED
    )


def _shapes(tensors: list[dict[str, Any]]) -> dict[int, list[int]]:
    return {tensor["index"]: [int(length) for length in tensor["shape"]] for tensor in tensors}
