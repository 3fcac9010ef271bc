"""Check everything that `run`, with the same options, needs: the machine, its Python, the runtimes,
the model, the face detector, the brokers, the history, the page, the camera. A line for each: ok,
warn or fail, what was found, and after an arrow what to do about it.

  emotion-edge doctor --config emotion-edge.toml
  emotion-edge doctor --source picamera2 --to mqtt://localhost/hall

Somebody should face the camera, because their skin shows whether its colours are right. The camera
must be free, so stop the service first. Each broker gets one message on PREFIX/doctor, which is not
retained. --json prints an array of objects with check, status, found and remedy.

Exit codes: 0 no check failed, 1 a check failed, 2 bad options.
"""

import json
import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial

from emotion_edge.commands.doctor.camera_checks import camera
from emotion_edge.commands.doctor.finding import Finding, explain
from emotion_edge.commands.doctor.history_checks import history
from emotion_edge.commands.doctor.model_checks import face_detector, model, runtimes
from emotion_edge.commands.doctor.mqtt_checks import broker, password
from emotion_edge.commands.doctor.system_checks import clock, disk, heat, machine, packages
from emotion_edge.commands.doctor.web_checks import page
from emotion_edge.commands.settings import RunSettings
from emotion_edge.errors import RunError, UserError
from emotion_edge.util.timeouts import run_in_thread

Check = Callable[[], Iterable[Finding]]
CHECK_TIMEOUT_S = 90.0  # more than the parts of any check may take together
HANGS = "a driver or program that it uses hangs: restart this computer, and run doctor again"
DEFECT = "a bug in emotion-edge: report it with the output of doctor --verbose"
log = logging.getLogger(__name__)


def doctor(settings: RunSettings, *, as_json: bool) -> Generator[str, None, None]:
    """Yield a line for each finding, or all as JSON; raises RunError if a check failed."""
    if not settings.verbose:
        logging.getLogger("emotion_edge").setLevel(logging.ERROR)  # warnings are findings here
    findings = []
    for name, check in _checks(settings):
        for finding in examine(name, check):
            findings.append(finding)
            if not as_json:
                yield str(finding)
    if as_json:
        yield json.dumps([each._asdict() for each in findings], indent=2, ensure_ascii=False)
    if failed := sum(finding.status == "fail" for finding in findings):
        raise RunError(f"{failed} of {len(findings)} checks failed")


def _checks(settings: RunSettings) -> Iterator[tuple[str, Check]]:
    """Yield each check with the name under which its own failure is reported."""
    analyzer, output = settings.analyzer, settings.output
    yield "machine", machine
    yield "packages", packages
    yield "heat", heat
    yield "disk", disk
    yield "clock", clock
    yield "runtimes", partial(runtimes, analyzer)
    yield "model", partial(model, analyzer)
    yield "finder", partial(face_detector, analyzer)
    yield "password", partial(password, output.brokers, output.mqtt)
    for each in output.brokers:
        yield "broker", partial(broker, each, output.mqtt)
    yield "history", partial(history, output.history)
    if output.web:
        yield "page", partial(page, output.web)
    # Last, because a camera that hangs while it opens ends the process a little later.
    for source in settings.sources or (None,):
        yield "camera", partial(camera, source, analyzer)


def examine(name: str, check: Check, timeout: float = CHECK_TIMEOUT_S) -> list[Finding]:
    """Return a check's findings; a check that hangs or raises becomes a finding."""
    future = run_in_thread(lambda: list(check()))
    try:
        return future.result(timeout=timeout)
    except (UserError, RunError) as error:
        return [explain(name, error, DEFECT)]
    except Exception as error:
        if not future.done():
            return [Finding(name, "fail", f"not done after {timeout:g} seconds", HANGS)]
        log.debug("%s", name, exc_info=True)
        return [Finding(name, "fail", f"{type(error).__name__}: {error}", DEFECT)]
