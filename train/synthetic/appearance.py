"""Draw the parts of a person that the expression hardly moves: head, clothes, beard, glasses."""

import numpy as np
from PIL import Image, ImageDraw

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, bezier, ellipse
from train.synthetic.facial_features import jaw_drop
from train.synthetic.hair import HAIR_STYLES, head_outline
from train.synthetic.identities import Person, mix, shade

BOTTOM = 40.0  # far enough down for the clothes to reach the lower edge of any picture


def draw_body(canvas: Canvas, upright: Canvas, person: Person) -> None:
    """Draw neck and clothes. The neck leans with the head; `upright` is for the body."""
    thick = 0.36 if person.feminine else 0.43
    neck = canvas.place([(-thick, 0.45), (thick, 0.45)], 0)
    neck += upright.place([(thick + 0.12, 1.4), (-thick - 0.12, 1.4)], 0)
    ImageDraw.Draw(canvas.image).polygon(neck, fill=shade(person.skin, 0.72))
    right = bezier((thick, 1.08), (0.75, 1.28), (1.4, 1.2), (1.55, 2.2))
    collar = bezier((-thick, 1.08), (0, 1.6), (thick, 1.08))
    left = (right * (-1, 1))[::-1]
    sides = [(1.55, BOTTOM), (-1.55, BOTTOM)]
    upright.fill(np.concatenate([collar, right, sides, left]), person.clothes, 0)
    upright.line(collar, shade(person.clothes, 0.7), 0.06, 0)


def draw_ears(canvas: Canvas, person: Person) -> None:
    """Draw the ears, unless hair or a scarf hides them. The head is drawn over their inner edge."""
    style = HAIR_STYLES.get(person.hair_style)
    if style and style.side > 100:
        return
    for side in (-1, 1):
        x = side * (person.width + 0.01)
        canvas.fill(ellipse(x, 0.08, 0.09, 0.17), shade(person.skin, 0.86), 0)
        canvas.fill(ellipse(x + side * 0.01, 0.07, 0.045, 0.1), shade(person.skin, 0.62), 0)


def draw_head(canvas: Canvas, person: Person, relief: Image.Image, jaw: float) -> None:
    """Draw the skin of the head, shaded by `relief` (mode L, 128 is neutral)."""
    tone = np.arange(256) / 128
    # Blood keeps shadows on skin red: the weaker a channel is in skin, the faster it darkens.
    bands = [
        relief.point([
            round(base * min(v, 1) ** power + (255 - base) * 0.55 * max(v - 1, 0)) for v in tone
        ])
        for base, power in zip(person.skin, (0.85, 1.1, 1.15), strict=True)
    ]  # fmt: skip
    mask = Image.new("L", canvas.image.size)
    Canvas(mask, canvas.pose, canvas.width, canvas.zoom).fill(head_outline(person, jaw), 255, 0)
    canvas.image.paste(Image.merge("RGB", bands), mask=mask)


def draw_beard(canvas: Canvas, person: Person, units: Units) -> None:
    """Draw beard and moustache, which move with the jaw and the upper lip."""
    jaw, lip = jaw_drop(units), 0.06 * units.get(10, 0.0) + 0.04 * units.get(12, 0.0)
    colour = mix(shade(person.hair, 0.8), shade(person.skin, 0.35), 0.35)
    moustache = np.concatenate([
        bezier((-0.29, 0.54), (-0.15, 0.39), (0, 0.43), (0.15, 0.39), (0.29, 0.54)),
        bezier((0.27, 0.56), (0, 0.46), (-0.27, 0.56)),
    ]) - (0, lip)  # fmt: skip
    outline = head_outline(person, jaw)
    low = outline[outline[:, 1] > 0.15]
    edge = low[np.arctan2(low[:, 0], low[:, 1]).argsort()]  # from the left ear to the right one
    right, left = [edge[-1], (0.58, 0.4), (0.42, 0.74)], [(-0.42, 0.74), (-0.58, 0.4), edge[0]]
    inner = bezier(*right, (0, 0.6 + jaw), *left)
    if person.beard in ("stubble", "full"):
        opacity = 0.3 if person.beard == "stubble" else 0.88
        canvas.tint(np.concatenate([edge, inner]), colour, opacity, 0)
        canvas.tint(moustache, colour, opacity)
    if person.beard in ("moustache", "goatee"):
        canvas.tint(moustache, colour, 0.92)
    if person.beard == "goatee":
        canvas.tint(ellipse(0, 0.92 + jaw, 0.17, 0.13), colour, 0.9)


def draw_glasses(canvas: Canvas, person: Person) -> None:
    """Draw glasses in front of the eyes, with a faint gleam on the lenses."""
    if not person.glasses:
        return
    for side in (-1, 1):
        x, y = side * person.eye_gap, 0.02
        rim = ellipse(x, y, 0.24, 0.2)
        if person.glasses == "square":  # pull the rim towards the corners of a rectangle
            offset = (rim - (x, y)) / (0.24, 0.2)
            rim = (x, y) + np.sign(offset) * np.abs(offset) ** 0.45 * (0.24, 0.17)
        canvas.tint(rim, (235, 245, 255), 0.1, 1.1)
        canvas.line(np.concatenate([rim, rim[:2]]), person.frames, 0.03, 1.1)
        canvas.line([(x + side * 0.24, -0.02), (side * person.width, -0.02)], person.frames, 0.03)
    bridge = person.eye_gap - 0.24
    canvas.line(bezier((-bridge, 0.0), (0, -0.04), (bridge, 0.0)), person.frames, 0.03, 1.15)
