"""Draw the features that action units move: brows, eyes and nose. See also `mouth` and `skin`.

Each function draws one feature of `person`, moved by `units`, on `canvas`. The numbers are in face
coordinates (see `canvas`), adjusted by eye until each unit looked like its description in FACS.
"""

import numpy as np

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Points, bezier, ellipse, ribbon
from train.synthetic.identities import Person, mix, shade

SIDES = (-1, 1)  # left and right in the picture


def one_side(units: Units, person: Person, side: int) -> dict[int, float]:
    """Return the units as they appear on one side of a slightly asymmetrical face.

    A wink (AU46) is on one side only, and lowers the brow there and raises the cheek.
    """
    full = dict.fromkeys(range(1, 47), 0.0)
    full |= {unit: value * (1 + side * person.asymmetry) for unit, value in units.items()}
    if wink := max(0.0, side * units.get(46, 0.0)):
        full |= {4: max(full[4], 0.3 * wink), 6: max(full[6], 0.8 * wink)}
    return full | {46: wink}


def jaw_drop(units: Units) -> float:
    """Return how far the chin is below its resting position."""
    return 0.22 * units.get(26, 0.0)


def draw_brows(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw the brows.

    AU1 raises the inner end, AU2 the outer end; AU4 lowers both and draws them together. AU1
    outweighs AU4 at the inner end.
    """
    colour = mix(shade(person.hair, 0.7), shade(person.skin, 0.3), 0.5)
    for side in SIDES:
        au = one_side(units, person, side)
        lower = au[4] + 0.35 * au[9]
        inner = -0.16 * au[1] + 0.135 * lower * (1 - 0.9 * au[1])
        middle = -0.05 * au[1] - 0.1 * au[2] + 0.085 * lower
        outer = -0.1 * au[2] - 0.01 * lower + 0.055 * au[1] * (1 - au[2])
        top = -0.225 - person.brow_height
        ends = (side * (0.12 - 0.045 * lower), top + inner), (side * 0.5, top + 0.035 + outer)
        spine = bezier(ends[0], (side * 0.33, top - 0.07 + 1.3 * middle), ends[1])
        thick = 0.07 * person.brow_weight
        canvas.fill(ribbon(spine, thick, 0.35 * thick), colour)


def _eyelids(person: Person, au: dict[int, float], side: int) -> tuple[Points, Points]:
    """Return the edges of the upper and the lower lid, from the inner to the outer corner."""
    wide, middle = 0.15 * person.eye_size, person.eye_gap
    squeeze = 0.25 * au[6] + 0.3 * au[7] + 0.35 * au[9]
    upper = person.eye_size * (0.115 + 0.085 * au[5] - 0.05 * squeeze - 0.02 * au[12])
    lower = person.eye_size * (0.08 + 0.03 * au[5] - 0.14 * squeeze - 0.03 * au[6])
    inner, outer = (side * (middle - wide), 0.005), (side * (middle + wide), -0.015)
    # In sadness, the upper lid slopes from the raised inner brow to the outer corner.
    lift = 0.035 * au[1] * (1 - au[5])
    shut = min(1.0, 1.4 * au[46])  # the lids meet in a line below the middle of the eye
    upper, lower, lift = (
        upper - shut * (upper + 0.04),
        lower - shut * (lower - 0.055),
        lift * (1 - shut),
    )
    peaks = (side * (middle - 0.4 * wide), -upper - lift), (side * (middle + 0.5 * wide), -upper)
    floor = (side * (middle - 0.4 * wide), lower), (side * (middle + 0.4 * wide), lower)
    return bezier(inner, *peaks, outer), bezier(inner, *floor, outer)


def draw_eyes(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw the eyes. AU5 raises the upper lid; AU6, AU7 and AU9 push the lower lid up.

    AU46 closes the eye on one side.
    """
    for side in SIDES:
        upper, lower = _eyelids(person, one_side(units, person, side), side)
        x, size = side * person.eye_gap, person.eye_size
        canvas.line(upper - (0, 0.035), shade(person.skin, 0.7), 0.014)
        with canvas.inside(np.concatenate([upper, lower[::-1]]), (238, 234, 228)) as ball:
            ball.fill(ellipse(x, -0.012, 0.07 * size, 0.07 * size), shade(person.iris, 0.6))
            ball.fill(ellipse(x, -0.012, 0.058 * size, 0.058 * size), shade(person.iris, 1.25))
            ball.fill(ellipse(x, -0.012, 0.03 * size, 0.03 * size), (12, 10, 10))
            ball.fill(ellipse(x - 0.022, -0.037, 0.015, 0.015, 8), (255, 255, 255))
            ball.line(upper - (0, -0.012), (150, 140, 136), 0.02)
        lash = shade(mix(person.skin, (20, 14, 12), 0.75), 0.6)
        canvas.line(upper, lash, 0.034 if person.feminine else 0.024)
        canvas.line(lower, shade(person.skin, 0.62), 0.012)


def draw_nose(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw the nose. AU9 raises and widens the wings; AU10 raises them a little."""
    wide = 0.115 * person.nose_width
    dark, deep = shade(person.skin, 0.66), shade(person.skin, 0.36)
    for side in SIDES:
        au = one_side(units, person, side)
        up, out = 0.045 * au[9] + 0.015 * au[10], wide + 0.025 * au[9] + 0.01 * au[12]
        wing = bezier(
            (side * out * 0.8, 0.25 - up), (side * out * 1.35, 0.3 - up), (side * out * 0.8, 0.375)
        )
        canvas.fill(ribbon(wing, 0.012, 0.026), dark, 1.15)
        canvas.fill(ellipse(side * 0.5 * out, 0.37 - 0.5 * up, 0.34 * out, 0.02, 12), deep, 1.2)
