"""`emotion-edge doctor`: what is not as it must be here, and what to do about it."""

import json
import logging
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from emotion_edge.commands.doctor.camera_checks import camera
from emotion_edge.commands.doctor.model_checks import finder, model, runtimes
from emotion_edge.commands.doctor.mqtt_checks import broker
from emotion_edge.commands.doctor.system_checks import (
    Finding,
    clock,
    disk,
    explain,
    heat,
    machine,
    packages,
)
from emotion_edge.errors import RunError, UserError
from emotion_edge.output.mqtt.address import brokers
from emotion_edge.util.timeouts import run_in_thread

Check = Callable[[Namespace], Iterable[Finding]]
# Seconds for a check that hangs, more than its parts may take together.
CHECK_TIMEOUT_S = 90.0
HANGS = "something that it asks hangs: restart this computer, and run doctor again"
DEFECT = "a defect of emotion-edge: report it, with what doctor --verbose says"
log = logging.getLogger("emotion-edge")


def doctor(args: Namespace) -> Iterator[str]:
    """Yield a line for each finding, or all as JSON; raises RunError where anything failed."""
    if not args.verbose:
        log.setLevel(logging.ERROR)  # warnings are findings here
    findings = []
    for finding in _findings(args):
        findings.append(finding)
        if not args.json:
            yield str(finding)
    if args.json:
        yield json.dumps([each._asdict() for each in findings], indent=2, ensure_ascii=False)
    if failed := sum(finding.status == "fail" for finding in findings):
        raise RunError(f"{failed} of {len(findings)} checks failed")


def _findings(args: Namespace) -> Iterator[Finding]:
    for check in (machine, packages, heat, disk, clock, runtimes, model, finder):
        yield from examine(check.__name__, check, args)
    for there in brokers(args):
        yield from examine("broker", partial(broker, there), args)
    # Last, for a camera that hangs while it opens ends the process a little later.
    yield from examine("camera", camera, args)


def examine(
    name: str, check: Check, args: Namespace, seconds: float = CHECK_TIMEOUT_S
) -> list[Finding]:
    """Return what a check finds; that it hangs or raises is a finding as well."""
    future = run_in_thread(lambda: list(check(args)))
    try:
        return future.result(timeout=seconds)
    except (UserError, RunError) as error:
        return [explain(name, error, DEFECT)]
    except Exception as error:
        if not future.done():
            return [Finding(name, "fail", f"not done after {seconds:g} seconds", HANGS)]
        log.debug("%s", name, exc_info=True)
        return [Finding(name, "fail", f"{type(error).__name__}: {error}", DEFECT)]
