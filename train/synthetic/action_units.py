"""The seven expressions, and two more, as facial action units.

An action unit (AU) is one visible movement of the face, numbered by the Facial Action Coding
System: P. Ekman, W. V. Friesen, J. C. Hager, *Facial Action Coding System* (2002). The units of
each emotion follow the prototypes of EMFACS: W. V. Friesen, P. Ekman, *EMFACS-7: Emotional Facial
Action Coding System* (1983): happy 6+12, sad 1+4+15, surprise 1+2+5+26, fear 1+2+4+5+7+20+26,
angry 4+5+7+23, disgust 9+15+16. We add units that often accompany them and make them easier to
recognise: 17 with sad; 4, 7 and 10 with disgust; 25 if the lips part. A wink is unit 46, with a
little of a smile, and tongue out is 19 in an open mouth.

    AU1 inner brow raiser   AU7  lid tightener        AU16 lower lip depressor  AU25 lips part
    AU2 outer brow raiser   AU9  nose wrinkler        AU17 chin raiser          AU26 jaw drop
    AU4 brow lowerer        AU10 upper lip raiser     AU19 tongue show          AU46 wink
    AU5 upper lid raiser    AU12 lip corner puller    AU20 lip stretcher
    AU6 cheek raiser        AU15 lip corner depressor AU23 lip tightener
"""

from collections.abc import Mapping

import numpy as np

Units = Mapping[int, float]
"""Intensity by AU number, from 0 (absent) to 1 (level E of FACS); a missing unit is 0.

AU46 closes the eye on the right of the picture, or the one on the left if it is negative.
"""

EXPRESSIONS: dict[str, Units] = {
    "angry": {4: 1.0, 5: 0.6, 7: 0.6, 23: 1.0},
    "disgust": {4: 0.4, 7: 0.3, 9: 1.0, 10: 1.0, 15: 0.6, 16: 0.8, 25: 0.5},
    "fear": {1: 1.0, 2: 0.6, 4: 0.6, 5: 1.0, 7: 0.4, 20: 1.0, 25: 0.8, 26: 0.5},
    "happy": {6: 1.0, 12: 1.0},
    "neutral": {},
    "sad": {1: 1.0, 4: 0.6, 15: 1.0, 17: 0.5},
    "surprise": {1: 1.0, 2: 1.0, 5: 0.8, 25: 0.5, 26: 1.0},
}
"""Each expression at full strength, in alphabetical order like the class folders."""

MORE_EXPRESSIONS: dict[str, Units] = {
    "tongue out": {19: 1.0, 25: 1.0, 26: 0.5},
    "wink": {12: 0.3, 46: 1.0},
}
"""Expressions that no network here is trained on, to be taught: `emotion-edge teach`."""


def express(expression: str, intensity: float = 1.0) -> dict[int, float]:
    """Return the units of an expression, scaled by an intensity from 0 (neutral) to 1 (full)."""
    units = (EXPRESSIONS | MORE_EXPRESSIONS)[expression]
    return {unit: strength * intensity for unit, strength in units.items()}


def sample_units(expression: str, rng: np.random.Generator) -> dict[int, float]:
    """Return random units of a moderate to clear expression that vary around its prototype."""
    units = {
        unit: min(1.0, strength * rng.uniform(0.85, 1.15))
        for unit, strength in express(expression, rng.uniform(0.78, 1.0)).items()
    }
    if expression == "happy" and rng.random() < 0.75:  # most smiles show teeth
        units |= {10: 0.3, 25: rng.uniform(0.4, 1.0), 26: rng.choice([0.0, 0.25])}
    if expression == "angry" and rng.random() < 0.35:  # bared teeth between tight lips
        units |= {25: rng.uniform(0.3, 0.5)}
    if expression == "wink" and rng.random() < 0.5:
        units[46] *= -1
    for unit in rng.choice([1, 2, 4, 6, 7, 12, 15, 17, 20, 23], size=2, replace=False):
        units[int(unit)] = min(1.0, units.get(int(unit), 0.0) + rng.uniform(0.0, 0.07))
    return units
