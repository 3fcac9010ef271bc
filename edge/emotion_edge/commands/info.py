"""Print what a model file contains: contract, tensors, quantisation, operators, cost.

  emotion-edge info
  emotion-edge info mine.tflite

It also runs the model's self-test. Exit codes: 0 done, 2 the model cannot be used here.
"""

from collections import Counter
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import model_cost
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import RuntimeSettings, find_runtime, make_interpreter, operators
from emotion_edge.model.self_test import run_self_test


def info(model: Path, settings: RuntimeSettings) -> Generator[str, None, None]:
    """Yield the lines that describe a model; raises UserError if it cannot be used."""
    classifier = Classifier(model, runtime=settings.runtime, threads=settings.threads)
    content, _ = read_model(model)
    # A delegate would hide the model's own operators.
    plain = make_interpreter(content, find_runtime(classifier.runtime)[1], delegates=False)
    cost = model_cost(content, plain)
    yield f"{model}"
    yield f"size: {cost['bytes']:,} bytes"
    yield f"runtime: {classifier.runtime}"
    if classifier.proven_runtimes:
        yield f"proven on: {', '.join(classifier.proven_runtimes)}"
    if classifier.unproven:
        yield f"  {classifier.unproven}"
    yield "contract:"
    for name, value in asdict(classifier.contract).items():
        yield f"  {name}: {', '.join(value) if name == 'labels' else value}"
    yield f"input: {_describe_tensor(plain.get_input_details()[0])}"
    yield f"output: {_describe_tensor(plain.get_output_details()[0])}"
    yield "operators:"
    for name, count in Counter(op["op_name"] for op in operators(plain)).items():
        yield f"  {count} x {name}"
    yield f"parameters: {cost['parameters']:,}"
    yield f"multiply-adds: {cost['multiply_adds']:,}"
    yield f"golden vector: {run_self_test(model, classifier) or 'none'}"


def _describe_tensor(details: dict[str, Any]) -> str:
    shape = " x ".join(map(str, details["shape"]))
    scale, zero_point = details["quantization"]
    text = f"{details['dtype'].__name__} {shape}"
    return f"{text}, scale {scale:.6g}, zero_point {zero_point}" if scale else text
