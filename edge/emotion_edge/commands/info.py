"""`emotion-edge info`: what a model file says of itself."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from math import prod
from pathlib import Path
from typing import Any

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators
from emotion_edge.model.self_test import prove


def info(args: Namespace) -> Iterator[str]:
    """Yield the lines that describe `args.model`; raises UserError where it cannot be used."""
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    content, _ = read_model(args.model)
    plain = make_interpreter(content, find_runtime(classifier.runtime)[1], delegates=False)
    figures = _cost(content, plain)
    yield f"{args.model}"
    yield f"size: {figures['bytes']:,} bytes"
    yield f"runtime: {classifier.runtime}"
    yield "contract:"
    for name, value in asdict(classifier.contract).items():
        yield f"  {name}: {', '.join(value) if name == 'labels' else value}"
    yield f"input: {_tensor(plain.get_input_details()[0])}"
    yield f"output: {_tensor(plain.get_output_details()[0])}"
    yield "operators:"
    for name, count in Counter(op["op_name"] for op in operators(plain)).items():
        yield f"  {count} x {name}"
    yield f"parameters: {figures['parameters']:,}"
    yield f"multiply-adds: {figures['multiply_adds']:,}"
    yield f"golden vector: {prove(args.model, classifier) or 'none'}"


def _tensor(details: dict[str, Any]) -> str:
    shape = " x ".join(map(str, details["shape"]))
    scale, zero_point = details["quantization"]
    text = f"{details['dtype'].__name__} {shape}"
    return f"{text}, scale {scale:.6g}, zero_point {zero_point}" if scale else text


def cost(path: Path) -> dict[str, int]:
    """Return a model's bytes, parameters and multiply-adds; raises UserError as `Classifier`."""
    content, _ = read_model(path)
    return _cost(content, make_interpreter(content, find_runtime("auto")[1], delegates=False))


def _cost(content: bytes, plain: Any) -> dict[str, int]:
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
