"""`emotion-edge info`: what a model file says of itself."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import model_cost
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators
from emotion_edge.model.self_test import run_self_test


def info(args: Namespace) -> Iterator[str]:
    """Yield the lines that describe `args.model`; raises UserError where it cannot be used."""
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    content, _ = read_model(args.model)
    plain = make_interpreter(content, find_runtime(classifier.runtime)[1], delegates=False)
    figures = model_cost(content, plain)
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
    yield f"golden vector: {run_self_test(args.model, classifier) or 'none'}"


def _tensor(details: dict[str, Any]) -> str:
    shape = " x ".join(map(str, details["shape"]))
    scale, zero_point = details["quantization"]
    text = f"{details['dtype'].__name__} {shape}"
    return f"{text}, scale {scale:.6g}, zero_point {zero_point}" if scale else text
