"""Checks of the runtimes and networks: `emotion-edge doctor`."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from emotion_edge.commands.doctor.finding import Finding, explain
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.faces.blazeface import BLAZEFACE
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.face_proposer import FACE_PROPOSER
from emotion_edge.faces.network_file import INSTALL
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import Model, read_model
from emotion_edge.model.runtime import (
    RUNTIMES,
    find_runtime,
    installed_runtimes,
    make_interpreter,
    refusing,
    runtime_hint,
    runtime_version,
)
from emotion_edge.model.self_test import run_self_test
from emotion_edge.model.trial import try_model
from emotion_edge.pipeline.factory import AnalyzerSettings, make_detector
from emotion_edge.teaching.taught_file import read_taught

LOAD_TIMEOUT_S = 30.0  # a Raspberry Pi's card is slow
CONVERT = "make it with python -m convert, or copy it again"
_LOAD = f"import sys; from {__name__} import load; sys.exit(load(sys.argv[1]))"


def runtimes(settings: AnalyzerSettings) -> Iterator[Finding]:
    """Load the model, or else the face detector's network, on each runtime."""
    network = _any_network(settings)
    tried = {name: load_error(name, network) for name in installed_runtimes()}
    found = "; ".join(
        f"{runtime_version(name)}: {tried[name] or 'works'}"
        if name in tried
        else f"{name}: not installed"
        for name in RUNTIMES
    )
    wanted = settings.runtime.runtime
    chosen = _choose(wanted, network)
    if chosen is not None and not tried[chosen]:
        yield Finding("runtime", "ok", found)
        return
    working = [name for name in tried if not tried[name]]
    yield Finding("runtime", "fail", found, _remedy(wanted, chosen, working))


def _remedy(wanted: str, chosen: str | None, working: list[str]) -> str:
    if working:
        return f"--runtime {working[0]}"
    if chosen is not None:
        return "copy or convert the model again"
    name = "litert" if wanted == "auto" else wanted
    return runtime_hint(name, again=name in installed_runtimes())


def _any_network(settings: AnalyzerSettings) -> bytes:
    """Return a network to try runtimes with, b"" without one."""
    try:
        return read_model(settings.paths[0]).network
    except UserError:
        try:
            return BLAZEFACE.read()
        except UserError:
            return b""


@cache
def load_error(name: str, network: bytes) -> str:
    """Return why a runtime does not load a network, "" if it does.

    It is tried in another process, because a bad network may crash the runtime.
    """
    command = [sys.executable, "-c", _LOAD, name]
    try:
        result = subprocess.run(
            command, input=network, capture_output=True, timeout=LOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not ready after {LOAD_TIMEOUT_S:g} seconds"
    if result.returncode < 0:
        return f"it crashed ({signal.Signals(-result.returncode).name})"
    lines = result.stderr.decode(errors="replace").splitlines() or ["it failed without a message"]
    return lines[-1].removeprefix("doctor: error: ") if result.returncode else ""


def load(name: str) -> int:
    """Load the network on stdin; return the exit code."""

    def make() -> int:
        network, (_, runtime) = sys.stdin.buffer.read(), find_runtime(name)
        if network:
            with refusing(name):
                make_interpreter(network, runtime)
        return 0

    return exit_code("doctor", make)


def _choose(runtime: str, network: bytes) -> str | None:
    """Return the runtime that `run` would use: the first that can be imported."""
    installed = (name for name in installed_runtimes() if runtime in ("auto", name))
    return next(
        (each for each in installed if not load_error(each, network) or not load_error(each, b"")),
        None,
    )


def need_runtime(runtime: str, network: bytes) -> None:
    """Raise UserError unless the runtime that `run` would use can load the network."""
    name = _choose(runtime, network)
    if name is None:
        raise UserError("not tried, because there is no runtime; see the line about it")
    if reason := load_error(name, network):
        raise UserError(f"{name} does not load it: {reason}")


def model(settings: AnalyzerSettings) -> Iterator[Finding]:
    """Read the model and run its self-test."""
    try:
        found = read_model(settings.paths[0])
    except UserError as error:
        yield explain("model", error, CONVERT)
        return
    yield Finding("model", "ok", f"{found.path}: {_describe(found)}")
    yield from _taught(settings.taught, found)
    try:
        need_runtime(settings.runtime.runtime, found.network)
        try_model(found, settings.runtime)
        runtime, threads = settings.runtime.runtime, settings.runtime.threads
        classifier = Classifier(found, runtime=runtime, threads=threads)
        yield from _proof(classifier)
        yield Finding("arithmetic", "ok", run_self_test(classifier) or "")
    except (UserError, RunError) as error:
        yield explain("arithmetic", error, CONVERT)


def _describe(model: Model) -> str:
    contract = model.contract
    return (
        f"{len(contract.labels)} labels ({', '.join(contract.labels)}), "
        f"{contract.width} x {contract.height} pixels, sha256 {model.sha256}"
    )


def _taught(path: Path | None, model: Model) -> Iterator[Finding]:
    """Read the taught file, if `run` would."""
    if path is None:
        return
    try:
        taught = read_taught(path, model)
    except UserError as error:
        yield explain("taught", error, "name another file by --taught, or teach again")
        return
    labels = ", ".join(taught.head.labels)
    yield Finding("taught", "ok", f"{path}: {labels}; of {taught.date}, {sum(taught.counts)} faces")


def _proof(classifier: Classifier) -> Iterator[Finding]:
    """Check that the model was proven on this runtime; nothing if the file does not say it."""
    if unproven := classifier.unproven:
        yield Finding("proof", "warn", unproven.found, unproven.remedy)
    elif proven := classifier.model.proven_runtimes:
        yield Finding("proof", "ok", f"proven on {' and '.join(proven)}")


def face_detector(settings: AnalyzerSettings) -> Iterator[Finding]:
    """Load the face detector's networks."""
    if settings.faces == "off":
        yield Finding("face finder", "ok", "not used: --faces off")
        return
    try:
        need_detector(settings)
    except UserError as error:
        yield explain("face finder", error, INSTALL)
    else:
        yield Finding("face finder", "ok", "loads")


def need_detector(settings: AnalyzerSettings) -> FaceDetector:
    """Return the face detector; raises UserError if the runtime cannot load its networks."""
    for network in (BLAZEFACE, FACE_PROPOSER):
        need_runtime(settings.runtime.runtime, network.read())
    return make_detector(settings.detector, settings.runtime)
