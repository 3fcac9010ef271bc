"""The parts of a face that action units move: brows, eyes, nose, mouth, and the skin between them.

Every function draws one part of `person`, moved by `units`, on `canvas`. The numbers are face
co-ordinates (`canvas`), set by eye until each unit looked like its description in FACS.
"""

import numpy as np

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Points, bezier, ellipse, ribbon
from train.synthetic.identities import Person, mix, shade

SIDES = (-1, 1)  # left and right in the picture
TEETH = (240, 236, 224)
CAVITY = (58, 18, 22)
TONGUE = (178, 84, 88)


def one_side(units: Units, person: Person, side: int) -> dict[int, float]:
    """`units` as strong as they are on one side of a face that is not quite symmetrical."""
    full = dict.fromkeys(range(1, 28), 0.0)
    return full | {unit: value * (1 + side * person.asymmetry) for unit, value in units.items()}


def jaw_drop(units: Units) -> float:
    """How far the chin is below its resting place."""
    return 0.22 * units.get(26, 0.0)


def draw_brows(canvas: Canvas, person: Person, units: Units) -> None:
    """AU1 lifts the inner end, AU2 the outer, AU4 lowers and gathers; AU1 wins the inner end."""
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


def _eye(person: Person, au: dict[int, float], side: int) -> tuple[Points, Points]:
    """The edges of the upper and the lower lid, from the inner to the outer corner."""
    wide, middle = 0.15 * person.eye_size, person.eye_gap
    squeeze = 0.25 * au[6] + 0.3 * au[7] + 0.35 * au[9]
    upper = person.eye_size * (0.115 + 0.085 * au[5] - 0.05 * squeeze - 0.02 * au[12])
    lower = person.eye_size * (0.08 + 0.03 * au[5] - 0.14 * squeeze - 0.03 * au[6])
    inner, outer = (side * (middle - wide), 0.005), (side * (middle + wide), -0.015)
    # A sad eye's lid hangs from the raised inner brow down to the outer corner.
    lift = 0.035 * au[1] * (1 - au[5])
    peaks = (side * (middle - 0.4 * wide), -upper - lift), (side * (middle + 0.5 * wide), -upper)
    floor = (side * (middle - 0.4 * wide), lower), (side * (middle + 0.4 * wide), lower)
    return bezier(inner, *peaks, outer), bezier(inner, *floor, outer)


def draw_eyes(canvas: Canvas, person: Person, units: Units) -> None:
    """AU5 raises the upper lid, AU6, AU7 and AU9 push the lower one up."""
    for side in SIDES:
        upper, lower = _eye(person, one_side(units, person, side), side)
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
    """AU9 lifts and widens the wings, AU10 a little."""
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


def _lip(corners: Points, middle: float, square: float, bow: float = 0.0) -> Points:
    """A lip's edge between the corners, through height `middle`; the greater `square`, the flatter.

    `bow` dips the middle, as the upper lip's edge does.
    """
    t = np.linspace(-1, 1, 21)
    x = np.interp(t, (-1, 1), corners[:, 0])
    ends = np.interp(t, (-1, 1), corners[:, 1])
    y = middle + (ends - middle) * np.abs(t) ** square + bow * np.exp(-((t / 0.14) ** 2))
    return np.stack([x, y], axis=1)


def _corners(person: Person, units: Units) -> Points:
    """AU12 pulls the corners up and out, AU15 down, AU20 sideways; AU23 and AU26 draw them in."""
    ends = []
    for side in SIDES:
        au = one_side(units, person, side)
        pull = 0.4 * au[12] + 0.38 * au[20] - 0.28 * au[23] - 0.22 * au[26] * (1 - au[20])
        drop = 0.14 * au[15] - 0.17 * au[12] + 0.04 * au[20] + 0.45 * jaw_drop(au)
        ends.append((side * person.mouth_width * (1 + pull), 0.587 + drop))
    return np.array(ends)


def draw_mouth(canvas: Canvas, person: Person, units: Units) -> None:
    """Lips of two tones; where AU25 parts them, teeth, tongue and the dark behind."""
    au = one_side(units, person, 0)
    corners, jaw = _corners(person, units), jaw_drop(units)
    thin = person.lip_weight * (1 - 0.6 * au[23] - 0.15 * au[12] - 0.2 * au[20])
    rise = 0.075 * au[10] + 0.03 * au[9] - 0.04 * au[12] + 0.05 * au[17]
    fall = 0.05 * au[16] + 0.05 * au[12] + jaw - 0.05 * au[17]
    gap = 0.045 * au[25]
    square = 2.0 + 1.6 * au[20] + 1.2 * au[10] * (1 - au[12])
    top, bottom = 0.59 - rise - gap, 0.595 + fall + gap - (0.5 * rise if not au[25] else 0)
    if not au[25]:  # closed lips meet on one line
        top = bottom = (top + bottom) / 2
    above = _lip(corners, top, square, 0.012 * (1 - au[25]))
    below = _lip(corners, bottom, square)
    crest = _lip(corners, top - 0.05 * thin, square * 0.9, 0.016)
    base = _lip(corners, bottom + 0.065 * thin, square * 0.9)
    canvas.fill(np.concatenate([crest, above[::-1]]), shade(person.lips, 0.82), 1.05)
    canvas.fill(np.concatenate([below, base[::-1]]), person.lips, 1.05)
    canvas.line(base[6:15] - (0, 0.035 * thin), mix(person.lips, (255, 255, 255), 0.22), 0.016)
    if au[25]:
        _draw_opening(canvas, np.concatenate([above, below[::-1]]), au, top, bottom)
    else:
        canvas.line(above, shade(person.lips, 0.4), 0.02, 1.05)


def _draw_opening(
    canvas: Canvas, opening: Points, au: dict[int, float], top: float, bottom: float
) -> None:
    """What shows between parted lips: the lower teeth only where AU16 or AU20 bares them."""
    with canvas.inside(opening, CAVITY) as mouth:
        mouth.fill(ellipse(0, bottom + 0.02, 0.15, 0.3 * (bottom - top)), TONGUE)
        bare = min(1.0, au[10] + au[12] + au[20] + 0.5 * au[23])
        reach = 0.03 + 0.05 * bare
        mouth.fill([(-0.5, 0.3), (0.5, 0.3), (0.5, top + reach), (-0.5, top + reach)], TEETH)
        if au[16] or au[20]:
            edge = bottom - 0.05 * max(au[16], au[20])
            mouth.fill([(-0.5, 1.3), (0.5, 1.3), (0.5, edge), (-0.5, edge)], shade(TEETH, 0.93))


def draw_relief(canvas: Canvas, person: Person, units: Units) -> None:
    """The skin's hills and folds on a grey `canvas` (mode L): 128 flat, above lit, below in shade.

    Folds: AU4 between the brows, AU1 and AU2 across the forehead, AU9 on the bridge, AU6 beside
    the eye, AU9, AU10 and AU12 from the nose to the mouth's corners, AU15 and AU17 at the chin.
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
        _draw_folds(canvas, au, side, person.age)
    canvas.line([(0.07, -0.1), (0.085, 0.26)], 112, 0.06)
    canvas.line([(-0.01, -0.12), (-0.01, 0.3)], 150, 0.075, 1.1)
    canvas.fill(ellipse(0, 0.4, 0.13, 0.035), 106, 1.1)
    brow = one_side(units, person, 0)
    for y in (-0.6, -0.5, -0.4):
        wide = 0.12 + 0.24 * max(brow[2], 0.4 * person.age)
        fold = bezier((-wide, y + 0.02), (0, y - 0.03), (wide, y + 0.02))
        depth = 40 * max(0.9 * brow[1], brow[2]) + 18 * person.age - 6
        canvas.line(fold, round(134 - max(0.0, depth)), 0.025)
    for y in (-0.06, 0.0, 0.06, 0.12):
        wrinkle = bezier((-0.1, y + 0.03), (0, y - 0.03), (0.1, y + 0.03))
        if brow[9] > 0.2:
            canvas.line(wrinkle, round(128 - 80 * brow[9]), 0.028, 1.1)


def _draw_folds(canvas: Canvas, au: dict[int, float], side: int, age: float) -> None:
    """One side's folds, each a line that is the darker the stronger its units are."""
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
