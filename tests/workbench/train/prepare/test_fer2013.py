"""FER2013: the majority label of the votes, and the crop of a face."""

import numpy as np
from PIL import Image

from tests.workbench.train.prepare.inputs import ASTRONAUT
from train.prepare.fer2013 import crop_again, make_detector
from train.prepare.fer2013_types import VOTES, majority


def test_the_majority_is_a_strict_maximum_over_all_ten_votes():
    names = list(VOTES.values())
    for place, name in enumerate(names):
        votes = [1] * 10
        votes[place] = 2
        assert majority(votes) == name
    assert majority([0] * 10) == "tie"
    assert majority([3, 3, 0, 0, 0, 0, 0, 0, 2, 2]) == "tie"


def test_a_face_of_fer2013_is_turned_upright_and_cropped_by_its_eyes():
    face = ASTRONAUT.convert("L").crop((120, 20, 340, 240))
    rotated = [face.rotate(angle, Image.Resampling.BICUBIC) for angle in (0, -18)]
    upright, tilted = (
        np.asarray(picture.crop((25, 25, 195, 195)).resize((48, 48))) for picture in rotated
    )
    detector = make_detector(None)
    crops = [crop_again(pixels, detector) for pixels in (upright, tilted)]
    for crop in crops:
        assert crop.dtype == np.uint8
        assert crop.shape == (len(crop), len(crop))
    before = np.corrcoef(upright.ravel(), tilted.ravel())[0, 1]
    resized = [np.asarray(Image.fromarray(crop).resize((40, 40))).ravel() for crop in crops]
    after = np.corrcoef(resized)[0, 1]
    assert after > 0.85 > before
