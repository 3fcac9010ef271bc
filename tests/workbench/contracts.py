"""Contracts of networks that the tests make up."""

from collections.abc import Sequence

from emotion_edge.model.contract import Contract


def make_contract(labels: Sequence[str], side: int, **values: object) -> Contract:
    """Return a contract of a network with a square input, whose other values do not matter.

    values: those that do. By default the classes are equally frequent.
    """
    others = {"activation": "softmax", "embedding": 8, "prior": (1 / len(labels),) * len(labels)}
    return Contract(labels=tuple(labels), width=side, height=side, **others | values)
