"""Teachers are asked for their scores over ten views of each picture."""

import keras
import numpy as np
import pytest

from evaluation.predictors import keras_logits
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.image_folder import load_split
from train.engine.teacher_predictions import predict, shift_and_mirror
from train.models import MODELS

CONTRACT = make_contract(sorted(COLOURS), 48, color_space="GRAYSCALE", embedding=128)


@pytest.fixture
def split(photos, tmp_path):
    return load_split(photos / "train", CONTRACT, tmp_path / "cache")


def make_teacher(seed: int, images: np.ndarray) -> keras.Model:
    """Return a network that was not trained, but whose scores depend on the picture."""
    keras.utils.set_random_seed(seed)
    teacher = MODELS["compact"](3)
    kernel, bias = teacher.layers[-1].get_weights()
    logits = keras_logits(teacher, [images / np.float32(255)])
    scale = 1 / logits.std(axis=0)
    teacher.layers[-1].set_weights([kernel * scale, bias - logits.mean(axis=0) * scale])
    return teacher


def test_the_teachers_are_asked_for_their_mean_score_over_ten_views(split):
    teachers = [make_teacher(seed, split.images) for seed in (0, 1)]
    views = [shift_and_mirror(image[None]) / np.float32(255) for image in split.images]
    each = [
        np.stack([teacher.predict(ten, verbose=0).mean(axis=0) for ten in views])
        for teacher in teachers
    ]
    assert np.ptp(each[0], axis=0).max() > 0.05  # the scores depend on the picture
    assert np.abs(each[0] - each[1]).max() > 0.05  # and on the teacher
    assert predict(teachers[:1], split, CONTRACT) == pytest.approx(each[0], abs=1e-3)
    assert predict(teachers, split, CONTRACT) == pytest.approx((each[0] + each[1]) / 2, abs=1e-3)


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
