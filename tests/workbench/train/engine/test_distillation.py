"""Distillation: half of the targets come from the votes, half from the previous network."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from emotion_edge.model.contract import Contract
from evaluation.predictors import keras_logits
from tests.workbench.conftest import COLOURS
from train.data.image_folder import load_split
from train.engine.distillation import shift_and_mirror, with_teacher_labels
from train.models import MODELS

CONTRACT = Contract(
    labels=tuple(sorted(COLOURS)),
    width=48,
    height=48,
    color_space="GRAYSCALE",
    activation="softmax",
)


@pytest.fixture
def split(photos, tmp_path):
    return load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_half_of_each_target_is_the_teachers_mean_score_over_ten_views(split):
    votes = np.tile(np.float32([6, 2, 0, 2]), (36, 1))
    split = replace(split, votes=votes)
    keras.utils.set_random_seed(0)
    teacher = MODELS["compact"](3)
    kernel, bias = teacher.layers[-1].get_weights()
    logits = keras_logits(teacher, [split.images / np.float32(255)])
    scale = 1 / logits.std(axis=0)  # otherwise the scores hardly depend on the picture
    teacher.layers[-1].set_weights([kernel * scale, bias - logits.mean(axis=0) * scale])
    taught = with_teacher_labels(teacher, split, CONTRACT)
    views = [shift_and_mirror(image[None]) / np.float32(255) for image in split.images]
    expected = np.stack([teacher.predict(ten, verbose=0).mean(axis=0) for ten in views])
    assert np.ptp(expected, axis=0).max() > 0.05  # the scores depend on the picture
    assert taught.soft_labels == pytest.approx((expected + np.array([0.75, 0.25, 0])) / 2, abs=1e-3)
    assert taught.images is split.images
    assert taught.targets is split.targets


def test_the_ten_views_are_the_picture_with_four_shifts_all_of_them_mirrored_too():
    picture = np.arange(48 * 48, dtype=np.int64).reshape(1, 48, 48, 1)
    views = shift_and_mirror(np.concatenate([picture, -picture]))
    assert views.shape == (20, 48, 48, 1)
    assert (views[10:] == -views[:10]).all()
    assert (views[0] == picture[0]).all()
    assert (views[1:10:2] == views[0:10:2][:, :, ::-1]).all()
    shifts = {(0, 0): 0, (0, 2): 2, (0, -2): 4, (2, 0): 6, (-2, 0): 8}  # down, right
    for (down, right), number in shifts.items():
        rolled = np.roll(picture[0], (-down, -right), (0, 1))
        assert (views[number, 2:-2, 2:-2] == rolled[2:-2, 2:-2]).all()
        assert views[number, 0, 24, 0] == picture[0, max(down, 0), 24 + right, 0]
