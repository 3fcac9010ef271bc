"""The comparison of a fine-tuned network with the one that it started from."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.workbench.contracts import make_contract
from train.data.split import Split
from train.engine.comparison import compare, describe_comparison
from train.engine.pretrained import Pretrained

FORMER = ("angry", "happy", "sad")
SIDE = 4  # of an image, which has one white row: the row is the image's kind


def network(*answers: int, classes: int = 3) -> keras.Model:
    """Return a network that calls an image of kind k by the class `answers[k]`."""
    image = keras.Input((SIDE, SIDE, 1))
    pixels = keras.layers.Flatten()(image)
    model = keras.Model(image, keras.layers.Dense(classes, activation="softmax")(pixels))
    kernel = np.zeros((SIDE * SIDE, classes))
    for kind, answer in enumerate(answers):
        kernel[kind * SIDE : (kind + 1) * SIDE, answer] = 2
    model.layers[-1].set_weights([kernel, np.zeros(classes)])
    return model


def contract(labels: Sequence[str] = FORMER, **values: object):
    values = {"color_space": "GRAYSCALE", "embedding": SIDE * SIDE, **values}
    return make_contract(labels, SIDE, **values)


def former(*answers: int, **values: object) -> Pretrained:
    return Pretrained(Path("w.weights.h5"), "abc", network(*answers), contract(**values))


def pictures(kinds: Sequence[int], targets: Sequence[int], names: Sequence[str] = ()) -> Split:
    """Return a split with an image of each of the kinds."""
    count = len(kinds)
    images = np.zeros((count, SIDE, SIDE, 1), np.uint8)
    images[np.arange(count), list(kinds)] = 255
    names = names or [f"{i}.png" for i in range(count)]
    return Split(
        images,
        np.array(targets),
        votes=np.zeros((count, 5), np.float32),
        unsure=np.zeros(count, bool),
        part=np.zeros(count, np.int64),
        paths=[Path("test", name) for name in names],
        pictures=list(names),
        key="",
    )


def verdict(found: dict) -> str:
    return [*describe_comparison(found, "test")][-1]


def test_both_networks_answer_to_the_same_pictures():
    split = pictures([0, 1, 2, 3], [0, 1, 2, 1])
    found = compare(network(0, 1, 2, 2), contract(), former(0, 0, 2, 1), split)
    assert (found["images"], found["gained"], found["lost"]) == (4, 1, 1)
    assert found["before"]["accuracy"] == found["after"]["accuracy"] == 0.75
    assert found["before"]["mean_recall"] == pytest.approx((1 + 0.5 + 1) / 3)
    low, high = found["after"]["mean_recall_ci95"]
    assert 0 < low < found["after"]["mean_recall"] < high < 1
    assert found["p_value"] == pytest.approx(0.5)
    assert (found["file"], found["sha256"]) == ("w.weights.h5", "abc")


@pytest.mark.parametrize(
    ("gained", "lost", "words"),
    [
        (6, 0, "it is better"),
        (0, 6, "it is WORSE; keep the former network"),
        (3, 2, "not shown to be better"),
        (0, 0, "not shown to be better"),
        (4, 0, "not shown to be better"),  # mid-p is 0.031
    ],
)
def test_only_what_chance_does_not_explain_is_called_better_or_worse(gained, lost, words):
    kinds = [0] * 5 + [1] * gained + [2] * lost
    split = pictures(kinds, kinds)
    found = compare(network(0, 1, 0), contract(), former(0, 0, 2), split)
    assert (found["gained"], found["lost"]) == (gained, lost)
    assert verdict(found).endswith(words) or words in verdict(found)


def test_pictures_of_a_moment_count_together():
    names = [f"20260101-120000-{i:06}-{i:04}.png" for i in range(6)]
    split = pictures([1] * 6, [1] * 6, names)
    found = compare(network(0, 1, 2), contract(), former(0, 0, 2), split)
    assert (found["images"], found["bursts"], found["gained"]) == (6, 1, 1)
    assert "better on 1 burst" in verdict(found)
    assert "not shown to be better" in verdict(found)


def test_only_labels_that_both_know_are_compared():
    # The new network knows happy and wink; the former would call kind 1 sad if it could.
    split = pictures([0, 1, 2], [0, 1, 1])
    new = network(0, 1, 1, classes=2)
    found = compare(new, contract(("happy", "wink")), former(1, 2, 2), split)
    assert found["images"] == 1
    assert found["before"]["accuracy"] == found["after"]["accuracy"] == 1


def test_the_former_network_is_asked_for_labels_of_the_new_one_only():
    split = pictures([0, 1], [0, 1])
    new = network(0, 1, classes=2)
    found = compare(new, contract(("happy", "sad")), former(1, 0), split)  # angry, without them
    assert found["before"]["accuracy"] == 0.5
    assert found["gained"] == 1


def test_without_a_common_label_it_says_so():
    found = compare(network(0, 1), contract(("grin", "wink")), former(0), pictures([0, 1], [0, 1]))
    assert "knows none of the labels in test" in verdict(found)
    assert found["sha256"] == "abc"


def test_each_network_answers_by_its_own_contract():
    prior, split = (0.98, 0.01, 0.01), pictures([3], [1])
    undecided = former(tau=1.0, prior=prior)  # all logits are 0, and rare classes are favoured
    assert compare(network(), contract(), undecided, split)["before"]["accuracy"] == 1
    assert compare(network(), contract(), former(), split)["before"]["accuracy"] == 0


def test_each_picture_is_also_seen_mirrored():
    split = pictures([0], [1])
    split.images[0, 0, 1:] = 0  # one white pixel, in a corner
    kernel = np.zeros((SIDE, SIDE, 3))
    kernel[0, 0, 0], kernel[0, -1, 1] = 1, 2  # angry as it is; mirrored, more clearly happy
    new = network()
    new.layers[-1].set_weights([kernel.reshape(-1, 3), np.zeros(3)])
    found = compare(new, contract(), former(0), split)
    assert found["after"]["accuracy"] == 1
    assert found["before"]["accuracy"] == 0
