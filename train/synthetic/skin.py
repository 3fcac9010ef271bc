"""Draw the relief of the skin: bumps and folds, moved by action units."""

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, bezier, ellipse
from train.synthetic.facial_features import SIDES, jaw_drop, one_side
from train.synthetic.identities import Person


def draw_relief(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw the relief of the skin on a grey `canvas` (mode L).

    128 is flat, higher values face the light, lower ones are in shade.

    Folds: AU4 between the brows; AU1 and AU2 across the forehead; AU9 on the bridge of the nose;
    AU6 beside the eye; AU9, AU10 and AU12 from the nose to the mouth's corners; AU15 and AU17 at
    the chin.
    """
    jaw = jaw_drop(units)
    canvas.fill(ellipse(0, -0.55, 0.42, 0.2), 140)
    canvas.fill(ellipse(0, 0.86 + jaw, 0.16, 0.09), 142)
    canvas.fill(ellipse(0, 0.745 + jaw, 0.15, 0.03), 108)
    for side in SIDES:
        au = one_side(units, person, side)
        canvas.fill(ellipse(side * 0.29, -0.07, 0.2, 0.13), 113)
        lift = 0.06 * max(au[6], au[12])
        canvas.fill(ellipse(side * 0.4, 0.27 - lift, 0.17, 0.13), round(138 + 14 * au[12]))
        _draw_side_folds(canvas, au, side, person.age)
    canvas.line([(0.07, -0.1), (0.085, 0.26)], 112, 0.06)
    canvas.line([(-0.01, -0.12), (-0.01, 0.3)], 150, 0.075, 1.1)
    canvas.fill(ellipse(0, 0.4, 0.13, 0.035), 106, 1.1)
    _draw_central_folds(canvas, one_side(units, person, 0), person.age)


def _draw_central_folds(canvas: Canvas, au: dict[int, float], age: float) -> None:
    """Draw the folds across the forehead and on the bridge of the nose."""
    for y in (-0.6, -0.5, -0.4):
        wide = 0.12 + 0.24 * max(au[2], 0.4 * age)
        fold = bezier((-wide, y + 0.02), (0, y - 0.03), (wide, y + 0.02))
        depth = 40 * max(0.9 * au[1], au[2]) + 18 * age - 6
        canvas.line(fold, round(134 - max(0.0, depth)), 0.025)
    for y in (-0.06, 0.0, 0.06, 0.12):
        wrinkle = bezier((-0.1, y + 0.03), (0, y - 0.03), (0.1, y + 0.03))
        if au[9] > 0.2:
            canvas.line(wrinkle, round(128 - 80 * au[9]), 0.028, 1.1)


def _draw_side_folds(canvas: Canvas, au: dict[int, float], side: int, age: float) -> None:
    """Draw the folds of one side as lines; stronger units make darker lines."""
    pull = max(au[12], 0.8 * au[10], 0.8 * au[9])
    out = 0.28 + 0.1 * au[12]
    nasolabial = bezier((side * 0.15, 0.28), (side * out, 0.36), (side * (out + 0.02), 0.58))
    under_eye = bezier((side * 0.16, 0.08), (side * 0.3, 0.17), (side * 0.46, 0.07))
    folds = [
        (nasolabial, 60 * pull + 18 * age, 0.04),
        (under_eye, 45 * max(au[6], au[7], au[9]) + 16 * age, 0.03),
        (bezier((side * 0.32, 0.66), (side * 0.36, 0.78)), 60 * au[15], 0.035),
        (bezier((side * 0.1, 0.9), (side * 0.16, 0.8)), 40 * au[17], 0.03),
        (bezier((side * 0.035, -0.3), (side * 0.045, -0.13)), 100 * au[4], 0.03),
        (bezier((side * 0.49, 0.02), (side * 0.6, -0.04)), 50 * au[6], 0.022),
        (bezier((side * 0.49, 0.05), (side * 0.6, 0.08)), 50 * au[6], 0.022),
        (bezier((side * 0.13, 0.1), (side * 0.17, 0.22)), 75 * au[9], 0.03),
    ]
    for fold, depth, width in folds:
        if depth > 8:
            canvas.line(fold, round(128 - min(100.0, depth)), width)
