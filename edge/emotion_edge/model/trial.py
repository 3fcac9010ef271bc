"""Try a model in a child process before this process loads it.

A network whose digest is right can still crash a runtime, take all memory or never end: it may come
from a converter that the runtime does not know, or from somebody who computed the digest anew.
"""

from collections.abc import Callable
from threading import Event
from typing import Any

import numpy as np

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import Model
from emotion_edge.model.runtime import RuntimeSettings, find_runtime
from emotion_edge.model.self_test import SelfTestError, run_self_test
from emotion_edge.util.child_process import call_in_child

# Bytes that a network may allocate besides a copy of itself. With the largest file, both processes
# stay below the service's limit.
_MEMORY = 256 * 1024**2


def try_model(model: Model, settings: RuntimeSettings, stop: Event | None = None) -> None:
    """Load the model in a child process, run its self-test and show it black and white there.

    Raises what loading and `run_self_test` raise, UserError if the child crashes or takes too much
    memory or time, and StoppedError if `stop` is set meanwhile.
    """
    runtime, _ = find_runtime(settings.runtime)  # loads the library once, not in every child

    def load() -> str | None:
        classifier = Classifier(model, runtime=runtime)
        try:
            run_self_test(classifier)
        except SelfTestError as error:
            return str(error)
        for level in (0, 255):  # no numbers come of them where a network divides by the contrast
            classifier.look(np.full(classifier.contract.input_shape, level, np.uint8))
        return None

    if failure := call_with_model(load, model, runtime, stop):
        raise SelfTestError(failure)


def call_with_model(
    work: Callable[[], Any], model: Model, runtime: str, stop: Event | None = None
) -> Any:
    """Return or raise what `work`, which loads a model, does in a child process."""
    return call_in_child(
        work,
        subject=f"{model.path} on {runtime}",
        memory=_MEMORY + len(model.network),
        stop=stop,
    )
