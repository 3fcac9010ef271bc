"""How often a network is run."""

from typing import Any, Self

from emotion_edge.faces.detector import FaceDetector


class CountedInvokes:
    """An interpreter that counts how often it runs its network. number: how often."""

    def __init__(self, interpreter: Any) -> None:
        """Wrap an interpreter."""
        self._interpreter, self.number = interpreter, 0

    @classmethod
    def of(cls, network: Any) -> Self:
        """Count how often a network of the edge is run from now on."""
        network._interpreter = counted = cls(network._interpreter)
        return counted

    @classmethod
    def of_detector(cls, detector: FaceDetector) -> list[Self]:
        """Count how often each network of a face detector is run from now on."""
        return [cls.of(part) for part in vars(detector).values() if hasattr(part, "_interpreter")]

    def __getattr__(self, name: str) -> Any:
        """Return what the interpreter has."""
        return getattr(self._interpreter, name)

    def invoke(self) -> None:
        """Run the network, and count it."""
        self.number += 1
        self._interpreter.invoke()
