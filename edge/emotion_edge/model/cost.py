"""The cost of a model: its size in bytes, its parameters and its multiply-adds."""

from math import prod
from typing import Any

from emotion_edge.model.model_file import Model
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators, refusing

_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def cost(model: Model) -> dict[str, int]:
    """Return a model's "bytes", "parameters" and "multiply_adds".

    Raises UserError if the runtime refuses it.
    """
    name, module = find_runtime()
    with refusing(f"{model.path}: {name}"):
        interpreter = make_interpreter(model.network, module, delegates=False)
        return {"bytes": model.size, **network_cost(interpreter)}


def network_cost(interpreter: Any) -> dict[str, int]:
    """Return "parameters" and "multiply_adds" of a loaded network.

    interpreter: must have been made without delegates, because they hide the model's operators.
    """
    nodes, tensors = operators(interpreter), interpreter.get_tensor_details()
    return {
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
