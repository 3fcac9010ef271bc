"""Why a model was not installed."""

from typing import Self

from emotion_edge.errors import RunError, UserError


class RefusedModelError(UserError):
    """The file holds no model that works on this device; nothing was changed.

    certain: False if it may be chance, such as a board that is too busy for the trial in a child.
    """

    def __init__(self, found: str, remedy: str = "", *, certain: bool = True) -> None:
        """Say what was found. remedy: what to do, if the first does not say it."""
        super().__init__(found, remedy)
        self.certain = certain


class WentBackError(RunError):
    """The model was in use and did not prove itself there, so the former one is in use again.

    blames_model: False if the trial could not be finished, such as after a lost camera.
    """

    def __init__(self, found: str, remedy: str = "", *, blames_model: bool = True) -> None:
        """Say what was found. remedy: what to do, if the first does not say it."""
        super().__init__(found, remedy)
        self.blames_model = blames_model

    def explained(self, outcome: str, left: str) -> Self:
        """Return the error with what came of it, and what is left to do instead of the remedy."""
        remedy = "; ".join(filter(None, (outcome, left or self.remedy)))
        return type(self)(self.found, remedy, blames_model=self.blames_model)
