"""One interface to the two TFLite runtimes that a Raspberry Pi can have."""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from emotion_edge.errors import RunError, UserError
from emotion_edge.system.native_log import without_info_lines
from emotion_edge.util.installation import install_hint, installed_version

MAX_REASON = 300  # characters of a runtime's message
RUNTIMES = {"litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"}  # preferred first


@dataclass(frozen=True, kw_only=True)
class RuntimeSettings:
    """Settings of the runtime. runtime: "auto" or a key of `RUNTIMES`. threads: 1 to 64."""

    runtime: str = "auto"
    threads: int = 1


def runtime_hint(name: str, *, again: bool = False) -> str:
    """Return the command that installs a runtime; see `install_hint`.

    name: a key of `RUNTIMES`, or "auto" for the preferred one, which is not an extra.
    """
    return install_hint("ai-edge-litert" if name in ("auto", "litert") else name, again=again)


def installed_runtimes() -> list[str]:
    """Return the names of the runtimes that are installed, whether they work or not.

    None is imported: tflite-runtime crashes in a process that has imported TensorFlow.
    """
    return [name for name, package in RUNTIMES.items() if find_spec(package)]


def runtime_version(name: str) -> str:
    """Return the name of an installed runtime and its version, if that is known."""
    version = installed_version(RUNTIMES[name].replace("_", "-"))
    return f"{name} {version}" if version else name


class Unproven(NamedTuple):
    """What it means that a model runs on a runtime on which it was not proven, and what to do."""

    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.found}; {self.remedy}"


def explain_unproven(runtime: str, proven: Sequence[str]) -> Unproven | None:
    """Return what it means that a model runs on a runtime that is not in `proven`.

    None if it is there, or if the model does not say where it was proven.
    """
    if not proven or runtime in proven:
        return None
    here = [name for name in proven if name in installed_runtimes()]
    known = [name for name in proven if name in RUNTIMES]  # a file may name anything
    remedies = [f"use --runtime {name}" for name in here] or list(map(runtime_hint, known))
    return Unproven(
        f"the model was proven on {' and '.join(proven)}, not on {runtime}, which runs it here, so "
        "labels may differ from those that were checked",
        ", or ".join([*remedies[:1], f"convert the model again where {runtime} is installed"]),
    )


def find_runtime(name: str = "auto") -> tuple[str, ModuleType]:
    """Return the name and the interpreter module of a runtime.

    name: a key of `RUNTIMES`, or "auto" for the first that can be imported. Raises UserError if
    there is none.
    """
    reasons = []
    for candidate in RUNTIMES if name == "auto" else [name]:
        try:
            return candidate, _import(candidate)
        except ImportError as error:
            reasons.append(f"{candidate}: {error}")
    raise UserError(f"no TFLite runtime ({'; '.join(reasons)}): {runtime_hint(name)}")


def _import(name: str) -> ModuleType:
    # With numpy 2 the import works, but Interpreter() fails with `_ARRAY_API not found`.
    if name == "tflite-runtime" and int(np.__version__.split(".")[0]) >= 2:
        raise ImportError(f"needs numpy<2, this is numpy {np.__version__}")
    return importlib.import_module(f"{RUNTIMES[name]}.interpreter")


def make_interpreter(
    model: bytes, runtime: ModuleType, *, threads: int = 1, delegates: bool = True
) -> Any:
    """Return an interpreter with its tensors allocated.

    delegates: False turns XNNPACK off, so that the model's own operators can be listed. Raises what
    the runtime raises if it refuses the model; see `refusing`.
    """
    kind = runtime.OpResolverType
    resolver = kind.AUTO if delegates else kind.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    with without_info_lines():
        interpreter = runtime.Interpreter(
            model_content=model, num_threads=threads, experimental_op_resolver_type=resolver
        )
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def refusing(place: str) -> Iterator[None]:
    """Turn whatever a runtime raises about a network into UserError, with the runtime's message.

    place: the beginning of the message, which names file and runtime. Runtimes raise ValueError and
    RuntimeError, also UnicodeDecodeError (of tensors' names), SystemError and others that only a
    look at their bindings would list.
    """
    try:
        yield
    except Exception as error:
        raise UserError(f"{place} refuses the model: {_one_line(error)}") from None


@contextmanager
def failing(place: str) -> Iterator[None]:
    """Turn whatever a runtime raises while it runs a network into RunError; see `refusing`."""
    try:
        yield
    except Exception as error:
        raise RunError(f"{place} cannot run the model: {_one_line(error)}") from None


def _one_line(error: Exception) -> str:
    """Return a runtime's message: some have several lines, some the name of a tensor in full."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= MAX_REASON else f"{text[:MAX_REASON]}..."


def operators(interpreter: Any) -> list[dict[str, Any]]:
    """Return the interpreter's nodes: "op_name", "inputs" and "outputs" (tensor indices) of each.

    Nodes that run on XNNPACK are followed by an additional node called DELEGATE; XNNPACK's log line
    "Created" does not mean that it runs any. The method is private, but it is the only one that
    both runtimes have.
    """
    return interpreter._get_ops_details()  # type: ignore[no-any-return]
