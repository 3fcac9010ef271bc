"""What a training run is made of, in one readable place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained; the defaults are the original's.

    batch_size: pictures in a step, over all devices together. steps: per epoch, None for as many
    as show every picture once. learning_rate: None for the optimizer's own default. class_weights:
    weigh each picture by the rarity of its class. patience: epochs without a better val_accuracy
    after which the run ends, None to go on.
    """

    model: str = "simple_cnn"
    epochs: int = 20
    batch_size: int = 16
    steps: int | None = None
    optimizer: str = "rmsprop"
    learning_rate: float | None = None
    seed: int = 0
    augment: bool = False
    class_weights: bool = False
    patience: int | None = None

    def settings(self) -> dict[str, object]:
        """Return what two halves of one run must have in common."""
        changeable = ("epochs", "patience")
        return {name: value for name, value in vars(self).items() if name not in changeable}
