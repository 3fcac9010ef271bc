"""What a lesson is going to do: what people must know before they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emotion_edge.capture.source import SourceSettings
from emotion_edge.system.texts import read_texts


@dataclass(frozen=True, kw_only=True)
class Plan:
    """labels: to teach. count: faces of each. features: whether what the network makes is kept."""

    labels: tuple[str, ...]
    count: int
    source: SourceSettings
    file: Path
    features: bool

    @property
    def faces(self) -> int:
        """About how many will be looked at."""
        return len(self.labels) * self.count

    @property
    def words(self) -> str:
        """All of it for a terminal."""
        named = {"source": self.source.name, "file": str(self.file)}
        return "\n".join(consent_words(read_texts("en", "teach"), self, named))


def consent_words(texts: Mapping[str, str], plan: Plan, named: Mapping[str, str]) -> list[str]:
    """Return sentences. texts: the section `teach`. named: what "source" and "file" are called."""
    file = "consent_file_features" if plan.features else "consent_file"
    keys = ("consent_taken", file, "consent_agreed")
    return [texts[key].format(faces=plan.faces, **named) for key in keys]
