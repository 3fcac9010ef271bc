"""The network that fine-tuning starts from: a weights file, and the contract that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import keras
import numpy as np

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract, ContractError, loads
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.model_file import read_model
from train.engine.state import digest_of
from train.models import MODELS, contract_of

SUFFIX = ".weights.h5"
# What h5py and Keras raise for a damaged file.
_DAMAGED = (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, IndexError)


@dataclass(frozen=True)
class Pretrained:
    """A trained network from MODELS.

    path, sha256: its weights file. model: the network with these weights and `contract.labels`.
    """

    path: Path
    sha256: str
    model: keras.Model
    contract: Contract

    def describe(self) -> dict[str, str]:
        """Return the entry of run.json."""
        return {"file": str(self.path), "sha256": self.sha256}

    def check_crop(self, data: Path, contract: Contract) -> None:
        """Raise UserError if the faces of a data set are not cropped as these weights need it.

        contract: of the network that is to be trained on `data`.
        """
        needed, found = crop_rule_of(self.contract), crop_rule_of(contract)
        if needed != found:
            raise UserError(
                f"{data}: its faces are cropped by {found}, but --from {self.path} needs {needed}: "
                "prepare the pictures again"
            )

    def copy_to(self, model: keras.Model, labels: Sequence[str]) -> None:
        """Copy the weights into a network of the same architecture for other labels.

        A label that is new keeps the random weights with which `model` was made.
        """
        for layer, ours in zip(model.layers[:-1], self.model.layers[:-1], strict=True):
            layer.set_weights(ours.get_weights())
        kernel, bias = model.layers[-1].get_weights()
        our_kernel, our_bias = self.model.layers[-1].get_weights()
        for place, label in enumerate(labels):
            if label in self.contract.labels:
                ours = self.contract.labels.index(label)
                kernel[:, place], bias[place] = our_kernel[:, ours], our_bias[ours]
        model.layers[-1].set_weights([kernel, bias])


def read_pretrained(path: Path, name: str) -> Pretrained:
    """Read a weights file of the network `name` from MODELS.

    Its contract is that of the model beside it with the same name (x.tflite of x.weights.h5), or
    else contract.json beside it, as training writes them. Raises UserError if one of the two is
    missing or damaged, or if they are of another network.
    """
    if not path.name.endswith(SUFFIX):
        raise _unusable(path, f"not a file named *{SUFFIX}, as training writes it")
    shapes = _read_shapes(path, name)
    contract = _read_contract(path)
    model = MODELS[name](len(contract.labels))
    if shapes != sorted(tuple(weights.shape) for weights in model.weights):
        raise _unusable(
            path, f"has weights of other sizes than {name} for {len(contract.labels)} labels"
        )
    try:
        model.load_weights(path)
    except _DAMAGED as error:
        raise _damaged(path, error) from None
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise _unusable(path, "is damaged: some of its weights are not finite")
    _check_contract(path, model, contract)
    return Pretrained(path, digest_of(path), model, contract)


def _read_shapes(path: Path, name: str) -> list[tuple[int, ...]]:
    """Return the sorted shapes of all weights; raise UserError if they are of another network."""
    shapes: list[tuple[int, ...]] = []

    def note(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            shapes.append(item.shape)

    try:
        with h5py.File(path) as file:
            file.visititems(note)
            its_name = file["vars"].attrs.get("name", name)
    except _DAMAGED as error:
        raise _damaged(path, error) from None
    if its_name != name:
        raise _unusable(path, f"has the weights of {its_name!s}, not of {name}: choose by --model")
    return sorted(shapes)


def _read_contract(path: Path) -> Contract:
    model = path.with_name(path.name.removesuffix(SUFFIX) + ".tflite")
    if model.exists():
        return read_model(model).contract
    beside = path.with_name("contract.json")
    try:
        return loads(beside.read_bytes())
    except FileNotFoundError:
        raise _unusable(
            path, f"has neither {model.name} nor {beside.name} beside it, which have its labels"
        ) from None
    except ContractError as error:
        raise UserError(f"{beside}: {error.found}", error.remedy) from None


def _check_contract(path: Path, model: keras.Model, contract: Contract) -> None:
    """Raise UserError if pictures are no more prepared as those that the network was trained on."""
    now = contract_of(model, list(contract.labels), crop_rule_of(contract))
    same = ("width", "height", "color_space", "contrast", "scale", "offset", "activation")
    for name in same:
        if getattr(now, name) != getattr(contract, name):
            raise _unusable(
                path,
                f"was trained with {name} {getattr(contract, name)!r}, and {model.name} now has "
                f"{getattr(now, name)!r}",
            )


def _damaged(path: Path, error: Exception) -> UserError:
    reason = str(error).strip().partition("\n")[0]
    return _unusable(path, f"cannot be read: {reason}")


def _unusable(path: Path, reason: str) -> UserError:
    return UserError(f"--from {path}: {reason}")
