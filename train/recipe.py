"""What a training run is made of, in one readable place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained; the defaults are the original's.

    batch_size: pictures in a step, over all devices together. steps: per epoch, None for as many
    as show every picture once. learning_rate: None for the optimizer's own default.
    warmup_epochs: so many epochs it rises from 0, then it falls along a cosine until the last one
    (Loshchilov and Hutter 2016, arXiv:1608.03983); None leaves it as it is.
    weight_decay: of the optimizer, None for its own default.
    average: of the weights, exponential over so many epochs; what it is after the last epoch is
    kept, and the validation split chooses nothing. None keeps the best epoch's weights.
    soft_labels: learn from the share of people who said each label, where the data set has votes.
    balance: how much more often rare classes are shown, 0 (as they come) to 1 (all equally often):
    a picture's chance is (pictures / pictures of its class) to this power.
    generations: how many networks are trained in turn, each but the first on what the one before
    says and on the votes (train/engine/distillation.py); the last one is kept.
    class_weights: weigh each picture by the rarity of its class. patience: epochs without a better
    val_accuracy after which the run ends, None to go on.
    """

    model: str = "simple_cnn"
    epochs: int = 20
    batch_size: int = 16
    steps: int | None = None
    optimizer: str = "rmsprop"
    learning_rate: float | None = None
    warmup_epochs: int | None = None
    weight_decay: float | None = None
    average: float | None = None
    soft_labels: bool = False
    seed: int = 0
    augment: bool = False
    balance: float = 0.0
    generations: int = 1
    class_weights: bool = False
    patience: int | None = None

    def settings(self) -> dict[str, object]:
        """Return what two halves of one run must have in common."""
        changeable = {"patience", "generations"}
        if self.warmup_epochs is None:
            changeable.add("epochs")
        return {name: value for name, value in vars(self).items() if name not in changeable}


RECIPES = {
    "simple_cnn": Recipe(),
    "compact": Recipe(
        model="compact",
        epochs=64,
        batch_size=32,
        optimizer="adamw",
        learning_rate=2e-3,
        warmup_epochs=2,
        weight_decay=0.02,
        average=1.25,
        soft_labels=True,
        augment=True,
        balance=0.4,
        generations=2,
    ),
}
