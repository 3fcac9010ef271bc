"""Print which model is in use, and what its file contains: contract, tensors, operators, cost.

  emotion-edge info
  emotion-edge info mine.tflite

It also runs the model's self-test. Exit codes: 0 done, 2 the model cannot be used here.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emotion_edge.errors import RunError, UserError, escape
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract
from emotion_edge.model.cost import network_cost
from emotion_edge.model.model_file import Model, read_unverified_model, verify
from emotion_edge.model.network import Outputs
from emotion_edge.model.runtime import (
    RuntimeSettings,
    explain_unproven,
    find_runtime,
    make_interpreter,
    operators,
    refusing,
)
from emotion_edge.model.self_test import SelfTestError, run_self_test
from emotion_edge.model.store.choice import candidates
from emotion_edge.model.store.lock import is_locked
from emotion_edge.model.store.state import Entry, name_of, read_store
from emotion_edge.model.trial import call_with_model


def info(model: Path | None, models: Path, settings: RuntimeSettings) -> Generator[str, None, None]:
    """Yield the lines that describe a model; raises UserError if it cannot be used.

    model: None is the one in use, of those installed in the folder `models`. The network is loaded
    in a child process, so it may be damaged.
    """
    if model is None:
        yield from map(escape, _describe_installed(models))
    found = read_unverified_model(model or candidates(models)[0])
    runtime, _ = find_runtime(settings.runtime)
    yield from map(escape, _describe_file(found, runtime))
    try:
        lines, failure = call_with_model(lambda: _load(found, runtime, settings), found, runtime)
    except (UserError, RunError):
        verify(found)  # that it is damaged is the better reason
        raise
    yield from map(escape, lines)
    verify(found)
    if failure:
        raise SelfTestError(failure)


def _describe_installed(models: Path) -> Iterator[str]:
    state = read_store(models)
    yield f"in use: {_describe_entry(state.in_use)}"
    if state.in_use or state.before:
        yield f"before: {_describe_entry(state.before)}"
    if state.trial and is_locked(models):
        yield f"on trial now: {_describe_entry(state.trial)}"
    elif state.trial:
        yield f"not installed, because its trial was interrupted: {_describe_entry(state.trial)}"


def _describe_entry(entry: Entry | None) -> str:
    if entry is None:
        return f"{name_of(None)}, which comes with this program"
    return f"{entry.name}, sha256 {entry.sha256}, checked {entry.since}"


def _describe_file(model: Model, runtime: str) -> Iterator[str]:
    yield f"{model.path}"
    yield f"size: {model.size:,} bytes"
    yield f"runtime: {runtime}"
    if model.proven_runtimes:
        yield f"proven on: {', '.join(model.proven_runtimes)}"
    if unproven := explain_unproven(runtime, model.proven_runtimes):
        yield f"  {unproven}"
    yield "contract:"
    for name, value in _contract_texts(model.contract).items():
        yield f"  {name}: {value}"


def _contract_texts(contract: Contract) -> dict[str, object]:
    shares = zip(contract.labels, contract.prior, strict=True)
    return asdict(contract) | {
        "labels": ", ".join(contract.labels),
        "prior": ", ".join(f"{label} {100 * share:.1f} %" for label, share in shares),
    }


def _load(model: Model, runtime: str, settings: RuntimeSettings) -> tuple[list[str], str]:
    """Return what a loaded model shows, and why it fails its self-test, "" if it does not."""
    classifier = Classifier(model, runtime=runtime, threads=settings.threads)
    # A delegate would hide the model's own operators.
    with refusing(f"{model.path}: {runtime}"):
        plain = make_interpreter(model.network, find_runtime(runtime)[1], delegates=False)
        lines = list(_describe_network(plain))
    try:
        return [*lines, f"golden vector: {run_self_test(classifier) or 'none'}"], ""
    except SelfTestError as error:
        return lines, str(error)


def _describe_network(interpreter: Any) -> Iterator[str]:
    yield f"input: {_describe_tensor(interpreter.get_input_details()[0])}"
    for name, output in zip(Outputs._fields, interpreter.get_output_details(), strict=True):
        yield f"output {name}: {_describe_tensor(output)}"
    yield "operators:"
    for name, count in Counter(op["op_name"] for op in operators(interpreter)).items():
        yield f"  {count} x {name}"
    cost = network_cost(interpreter)
    yield f"parameters: {cost['parameters']:,}"
    yield f"multiply-adds: {cost['multiply_adds']:,}"


def _describe_tensor(details: dict[str, Any]) -> str:
    shape = " x ".join(map(str, details["shape"]))
    scale, zero_point = details["quantization"]
    text = f"{details['dtype'].__name__} {shape}"
    return f"{text}, scale {scale:.6g}, zero_point {zero_point}" if scale else text
