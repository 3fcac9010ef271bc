"""The image corruptions of the robustness tests."""

import numpy as np
import pytest
from PIL import Image

from evaluation.corruptions import CORRUPTIONS, corrupt


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_error_grows_with_the_strength_of_each_corruption(name):
    ramp = np.linspace(40, 220, 48)
    grey = np.clip(ramp + 30 * np.sin(np.arange(48) * 1.3)[:, None], 0, 255).astype(np.uint8)
    picture = grey[:, :, None].repeat(3, axis=2)
    errors = []
    for strength in CORRUPTIONS[name][1]:
        corrupted = corrupt(picture, name, strength)
        seen = np.asarray(Image.fromarray(corrupted).resize((48, 48), Image.Resampling.BILINEAR))
        errors.append(np.abs(seen.astype(int) - picture).mean())
    assert errors[0] > 0
    assert errors == sorted(errors)
