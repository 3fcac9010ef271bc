"""Draw the mouth, moved by action units. The numbers are in face coordinates (see `canvas`)."""

import numpy as np

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Points, bezier, ellipse
from train.synthetic.facial_features import SIDES, jaw_drop, one_side
from train.synthetic.identities import Person, mix, shade

TEETH = (240, 236, 224)
CAVITY = (58, 18, 22)
TONGUE = (178, 84, 88)


def _lip(corners: Points, middle: float, square: float, bow: float = 0.0) -> Points:
    """Return the edge of a lip between the corners of the mouth.

    middle: its y at the centre. square: higher values are flatter. bow: dips the centre, as on the
    upper lip.
    """
    t = np.linspace(-1, 1, 21)
    x = np.interp(t, (-1, 1), corners[:, 0])
    ends = np.interp(t, (-1, 1), corners[:, 1])
    y = middle + (ends - middle) * np.abs(t) ** square + bow * np.exp(-((t / 0.14) ** 2))
    return np.stack([x, y], axis=1)


def _corners(person: Person, units: Units) -> Points:
    """Return the left and the right corner of the mouth, (2, 2).

    AU12 pulls the corners up and out, AU15 down, AU20 sideways; AU23 and AU26 draw them in.
    """
    ends = []
    for side in SIDES:
        au = one_side(units, person, side)
        pull = 0.4 * au[12] + 0.38 * au[20] - 0.28 * au[23] - 0.22 * au[26] * (1 - au[20])
        drop = 0.14 * au[15] - 0.17 * au[12] + 0.04 * au[20] + 0.45 * jaw_drop(au)
        ends.append((side * person.mouth_width * (1 + pull), 0.587 + drop))
    return np.array(ends)


def draw_mouth(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw the lips, and teeth and tongue between them if AU25 parts the lips."""
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
    if au[19]:
        _draw_tongue(canvas, au[19], (top + bottom) / 2, bottom)


def _draw_opening(
    canvas: Canvas, opening: Points, au: dict[int, float], top: float, bottom: float
) -> None:
    """Draw teeth and tongue between parted lips; AU16 and AU20 bare the lower teeth."""
    with canvas.inside(opening, CAVITY) as mouth:
        mouth.fill(ellipse(0, bottom + 0.02, 0.15, 0.3 * (bottom - top)), TONGUE)
        bare = min(1.0, au[10] + au[12] + au[20] + 0.5 * au[23])
        reach = 0.03 + 0.05 * bare
        mouth.fill([(-0.5, 0.3), (0.5, 0.3), (0.5, top + reach), (-0.5, top + reach)], TEETH)
        if au[16] or au[20]:
            edge = bottom - 0.05 * max(au[16], au[20])
            mouth.fill([(-0.5, 1.3), (0.5, 1.3), (0.5, edge), (-0.5, edge)], shade(TEETH, 0.93))


def _draw_tongue(canvas: Canvas, out: float, top: float, bottom: float) -> None:
    """Draw a tongue that hangs over the lower lip. out: AU19."""
    half, tip = 0.13, bottom + 0.06 + 0.17 * out
    sides = bezier((-half, top), (-1.15 * half, bottom), (-half, tip), (0, tip + 0.03))
    outline = np.concatenate([sides, (sides * (-1, 1))[::-1]])
    canvas.fill(outline, TONGUE, 1.15)
    canvas.line(sides, shade(TONGUE, 0.6), 0.02, 1.15)
    canvas.line(sides * (-1, 1), shade(TONGUE, 0.6), 0.02, 1.15)
    canvas.line([(0, top + 0.03), (0, tip - 0.06)], shade(TONGUE, 0.75), 0.018, 1.15)
