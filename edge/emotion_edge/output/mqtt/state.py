"""What the device says of itself now, on the topics whose messages brokers retain."""

from emotion_edge.output.mqtt.attributes import attributes_message
from emotion_edge.output.mqtt.label_figures import LabelFigures
from emotion_edge.output.mqtt.topics import ATTRIBUTES, FACES, STATE, TOTALS, WATCHED
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import FrameResult, NoSignal
from emotion_edge.pipeline.stats import PipelineStats

_WATCHED = {None: "", True: "yes", False: "no"}


class DeviceState:
    """The main face, the figures of each label and the device's health; `aggregate` as elsewhere.

    figures: take in every result.
    """

    def __init__(self, stats: PipelineStats, *, aggregate: bool) -> None:
        """Start before anything has been seen."""
        self._stats, self._aggregate = stats, aggregate
        self._main_face, self.figures = MainFace(), LabelFigures()

    def see(self, result: FrameResult | NoSignal) -> None:
        """Take in what the main face is."""
        if isinstance(result, FrameResult):
            self._main_face.update(result)
        elif result.changed:
            self._main_face.no_signal(result.reason)

    @property
    def urgent(self) -> object:
        """What must be published at once if it changes."""
        stats = self._stats
        period = stats.shown if self._aggregate else None
        decision = self._shown_face.decision
        return decision, stats.faces, self._faces, stats.streaming, stats.watched, period

    def attributes(self) -> dict[str, str]:
        """Return the message on `attributes`, by topic."""
        face = None if self._aggregate else self._shown_face
        return {ATTRIBUTES: attributes_message(self._stats, face)}

    def messages(self) -> dict[str, str]:
        """Return the messages about the present, by topic; an empty one removes an earlier one."""
        return {
            **self.attributes(),
            STATE: "" if self._aggregate else self._shown_face.decision.label,
            FACES: self._faces,
            **self.watched(),
        }

    def watched(self) -> dict[str, str]:
        """Return the message that tells whether somebody sees the page, by topic."""
        return {WATCHED: _WATCHED[self._stats.watched]}

    def totals(self) -> dict[str, str]:
        """Return the message about the time since the start, by topic."""
        return {TOTALS: self.figures.totals_message()}

    @property
    def _shown_face(self) -> MainFace:
        """The main face; from the moment of a pause on, nothing of what was seen before."""
        if not self._stats.paused:
            return self._main_face
        nothing = MainFace()
        nothing.no_signal("paused")
        return nothing

    @property
    def _faces(self) -> str:
        hidden = self._stats.paused and not self._aggregate
        return "{}" if hidden else self.figures.faces_message()
