"""What `emotion-edge doctor` looks at to know whether it can think: runtimes and networks."""

import hashlib
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from emotion_edge.commands.doctor.system_checks import Finding, explain
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.faces.blazeface import INSTALL, NoFaceModelError, read_face_model
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import RUNTIMES, find_runtime, make_interpreter
from emotion_edge.model.self_test import run_self_test
from emotion_edge.pipeline.factory import make_detector

LOAD_TIMEOUT_S = 30.0  # seconds for a runtime to load; a Raspberry Pi's card is slow
CONVERT = "make it with python -m convert, or copy it again"
_TRY = f"import sys; from {__name__} import load; sys.exit(load(sys.argv[1]))"


def runtimes(args: Namespace) -> Iterator[Finding]:
    """Make an interpreter on each runtime, of the model or else of the face finder's network."""
    network = _network(args)
    tried = {name: trouble(name, network) for name in RUNTIMES if find_spec(RUNTIMES[name])}
    found = "; ".join(
        f"{_version(name)}: {tried[name] or 'works'}" if name in tried else f"{name}: not installed"
        for name in RUNTIMES
    )
    chosen = _chosen(args.runtime, network)
    if chosen is not None and not tried[chosen]:
        yield Finding("runtime", "ok", found)
        return
    if others := [name for name in tried if not tried[name]]:
        remedy = f"--runtime {others[0]}"
    elif chosen is not None:
        remedy = "copy or convert the model again"
    else:
        wanted = "litert" if args.runtime == "auto" else args.runtime
        remedy = f"{sys.prefix}/bin/pip install --force-reinstall 'emotion-edge[{wanted}]'"
    yield Finding("runtime", "fail", found, remedy)


def _version(name: str) -> str:
    try:
        return f"{name} {version(RUNTIMES[name].replace('_', '-'))}"
    except PackageNotFoundError:  # as where Debian's files come without pip's notes
        return name


def _network(args: Namespace) -> bytes:
    """Return a network to try runtimes with, b"" where there is none."""
    try:
        return read_model(args.model)[0]
    except UserError:
        try:
            return read_face_model(args.face_model)
        except UserError:
            return b""


@cache
def trouble(name: str, network: bytes) -> str:
    """Return why a runtime does not load the network, "" where it does.

    In a process of its own: what a runtime cannot bear it may answer by ending the process.
    """
    words = [sys.executable, "-c", _TRY, name]
    try:
        result = subprocess.run(
            words, input=network, capture_output=True, timeout=LOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not ready after {LOAD_TIMEOUT_S:g} seconds"
    if result.returncode < 0:
        return f"it crashed ({signal.Signals(-result.returncode).name})"
    lines = result.stderr.decode(errors="replace").splitlines() or ["no word from it"]
    return lines[-1].removeprefix("doctor: error: ") if result.returncode else ""


def load(name: str) -> int:
    """Make an interpreter of the network on stdin; return the exit code."""

    def make() -> int:
        network, (_, runtime) = sys.stdin.buffer.read(), find_runtime(name)
        if network:
            make_interpreter(network, runtime)
        return 0

    return exit_code("doctor", make)


def _chosen(runtime: str, network: bytes) -> str | None:
    """Return the runtime that `run` would use: the first that can be imported."""
    names = RUNTIMES if runtime == "auto" else [runtime]
    installed = (name for name in names if find_spec(RUNTIMES[name]))
    return next(
        (name for name in installed if not trouble(name, network) or not trouble(name, b"")), None
    )


def need_runtime(runtime: str, network: bytes) -> None:
    """Raise UserError unless the runtime that `run` would use can load the network."""
    name = _chosen(runtime, network)
    if name is None:
        raise UserError("not tried, for there is no runtime; see the line about it")
    if reason := trouble(name, network):
        raise UserError(f"{name} does not load it: {reason}")


def model(args: Namespace) -> Iterator[Finding]:
    """Read the model and let it prove its arithmetic."""
    try:
        content, contract = read_model(args.model)
    except UserError as error:
        yield explain("model", error, CONVERT)
        return
    yield Finding("model", "ok", f"{args.model}: {_describe(content, contract)}")
    try:
        need_runtime(args.runtime, content)
        yield _prove(args.model, Classifier(args.model, runtime=args.runtime, threads=args.threads))
    except (UserError, RunError) as error:
        yield explain("arithmetic", error, CONVERT)


def _describe(content: bytes, contract: Contract) -> str:
    return (
        f"{len(contract.labels)} labels ({', '.join(contract.labels)}), "
        f"{contract.width} x {contract.height} pixels, sha256 {hashlib.sha256(content).hexdigest()}"
    )


def _prove(path: Path, classifier: Classifier) -> Finding:
    proof = run_self_test(path, classifier)
    if proof is None:
        found = "the file has no golden vector, so its arithmetic here is not proven"
        return Finding("arithmetic", "warn", found, CONVERT)
    return Finding("arithmetic", "ok", proof)


def finder(args: Namespace) -> Iterator[Finding]:
    """Load the face finder's network."""
    if args.faces == "off":
        yield Finding("face finder", "ok", "not used: --faces off")
        return
    try:
        need_runtime(args.runtime, read_face_model(args.face_model))
        make_detector(args)
    except NoFaceModelError as error:
        found = f"{str(error).partition('; ')[0]}; the whole frame will be taken for a face"
        status = "fail" if args.faces == "on" else "warn"
        yield Finding("face finder", status, found, INSTALL)
    except UserError as error:
        yield explain("face finder", error, INSTALL)
    else:
        yield Finding("face finder", "ok", f"{args.face_model or 'installed'}, loads")
