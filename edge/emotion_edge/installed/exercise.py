"""Let a model on trial look at frames in which nobody is.

Else only somebody in view would show that it hangs, and most trials are at night.
"""

import time
from pathlib import Path

from emotion_edge.capture.frame import Frame
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.store.choice import is_on_trial

CHECK_S = 1.0


class Exercise:
    """Active while a model is on trial in a folder of models; looks for that after each load."""

    def __init__(self, models: Path | None) -> None:
        """models: None where the settings name a model, so that none can be on trial."""
        self._models = models
        self.begin()

    def begin(self) -> None:
        """Look whether the model that was loaded now is on trial."""
        self._active, self._due = self._models is not None, 0.0

    def look(self, classifier: Classifier, frame: Frame) -> None:
        """Classify the whole frame, and forget the answer; raises what `classify` raises."""
        if not self._active or self._models is None or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + CHECK_S  # so that it costs a slow board little
        self._active = is_on_trial(self._models)
        if self._active:
            classifier.classify(frame.pixels)
