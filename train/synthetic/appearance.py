"""The parts of a person that keep still: head, neck, clothes, hair, beard and glasses."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Points, bezier, ellipse
from train.synthetic.facial_features import jaw_drop
from train.synthetic.identities import RGB, Person, mix, shade

BOTTOM = 40.0  # far enough down for clothes to leave any picture at its lower edge


@dataclass(frozen=True)
class Cut:
    """A way to wear one's hair (or what covers it), in half head heights."""

    volume: float  # above the skull
    hairline: float  # where the forehead begins
    side: float  # angle from the crown, degrees, down to which it frames the face
    back: float | None = None  # how far down it falls behind the face
    parting: float = 0.0  # where the hairline rises highest


CUTS = {
    "buzz": Cut(0.02, -0.66, 82),
    "short": Cut(0.1, -0.6, 84),
    "parted": Cut(0.14, -0.62, 88, parting=0.3),
    "curly": Cut(0.2, -0.56, 96),
    "bob": Cut(0.14, -0.62, 112, back=0.75, parting=-0.12),
    "long": Cut(0.12, -0.64, 108, back=1.5, parting=0.05),
    "bun": Cut(0.06, -0.66, 84),
    "fringe": Cut(0.12, -0.46, 108, back=1.1),
    "scarf": Cut(0.14, -0.62, 180),
    "turban": Cut(0.26, -0.56, 84),
}


def head_outline(person: Person, jaw: float, swell: float = 0.0, upto: float = 180.0) -> Points:
    """The head's edge over the crown, `upto` degrees down both sides, clockwise from the left.

    `jaw` is how far the chin has dropped, `swell` how far above the skull to go at the crown.
    """
    angle = np.radians(np.linspace(-upto, upto, 49))
    low = np.clip(-np.cos(angle), 0, 1)
    taper = 1 - (0.3 - 0.17 * person.jaw) * low**1.5
    swell = 1 + swell * np.cos(angle / 2)  # a little less at the sides
    x = person.width * np.sign(angle) * np.abs(np.sin(angle)) ** (0.78 - 0.08 * person.jaw * low)
    return np.stack([x * taper * swell, -np.cos(angle) * swell + jaw * low], axis=1)


def draw_body(canvas: Canvas, upright: Canvas, person: Person) -> None:
    """Neck and clothes. The neck leans with the head; `upright` is the body, which does not."""
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


def draw_back_hair(canvas: Canvas, person: Person, jaw: float) -> None:
    """What of the hair, or of a scarf, lies behind the face."""
    cut = CUTS.get(person.hair_style)
    if cut is None:
        return
    if person.hair_style == "scarf":
        drape = [(-0.62, 0.5), (0.62, 0.5), (0.85, 1.6), (-0.85, 1.6)]
        canvas.fill(drape, shade(person.clothes, 0.8), 0)
    if person.hair_style == "bun":
        canvas.fill(ellipse(0, -1.12, 0.27, 0.22), shade(person.hair, 0.9), 0)
    if cut.back is not None:
        wide = person.width * 1.14
        left = bezier((-wide, -0.3), (-wide * 1.15, 0.5 * cut.back), (-wide * 0.95, cut.back))
        right = (left * (-1, 1))[::-1]
        canvas.fill(np.concatenate([left, right]), shade(person.hair, 0.72), 0)


def draw_ears(canvas: Canvas, person: Person) -> None:
    """Ears, which the head's edge then partly covers, where no hair or scarf hides them."""
    cut = CUTS.get(person.hair_style)
    if cut and cut.side > 100:
        return
    for side in (-1, 1):
        x = side * (person.width + 0.01)
        canvas.fill(ellipse(x, 0.08, 0.09, 0.17), shade(person.skin, 0.86), 0)
        canvas.fill(ellipse(x + side * 0.01, 0.07, 0.045, 0.1), shade(person.skin, 0.62), 0)


def draw_head(canvas: Canvas, person: Person, relief: Image.Image, jaw: float) -> None:
    """The face's skin, lit and shaded by `relief` (mode L, 128 neutral), within its outline."""
    tone = np.arange(256) / 128
    # Blood keeps skin's shadows red: the less of a channel skin holds, the faster it darkens.
    bands = [
        relief.point([
            round(base * min(v, 1) ** power + (255 - base) * 0.55 * max(v - 1, 0)) for v in tone
        ])
        for base, power in zip(person.skin, (0.85, 1.1, 1.15), strict=True)
    ]  # fmt: skip
    mask = Image.new("L", canvas.image.size)
    Canvas(mask, canvas.pose, canvas.width, canvas.zoom).fill(head_outline(person, jaw), 255, 0)
    canvas.image.paste(Image.merge("RGB", bands), mask=mask)


def draw_hair(canvas: Canvas, person: Person) -> None:
    """The hair in front of the skull, or a turban's cloth, with strands or folds."""
    cut = CUTS.get(person.hair_style)
    if cut is None or person.hair_style == "scarf":
        return
    cloth = person.hair_style == "turban"
    colour = person.clothes if cloth else person.hair
    crown = head_outline(person, 0.0, cut.volume, cut.side)
    foot = head_outline(person, 0.0, -0.1 if cut.back else -0.03, cut.side)
    line = cut.hairline - 0.25 * max(0.0, person.age - 0.6) * (not person.feminine)
    temple, peak = 0.8 * person.width, (cut.parting, 1.35 * line)
    hairline = bezier(foot[-1], (temple, line), peak, (-temple, line), foot[0])
    if person.hair_style == "curly":
        for x, y in head_outline(person, 0.0, 0.12, cut.side)[::3]:
            canvas.fill(ellipse(x, y, 0.17, 0.17, 14), shade(colour, 0.9), 0)
    canvas.fill(np.concatenate([crown, hairline]), colour, 0)
    if cloth:
        _draw_wraps(canvas, crown, hairline, colour)
    else:
        _draw_strands(canvas, crown, hairline[::-1], colour)


def _draw_wraps(canvas: Canvas, crown: Points, hairline: Points, colour: RGB) -> None:
    """A cloth's folds, from above the forehead's middle to the sides."""
    start = hairline[len(hairline) // 2] + (0, -0.02)
    for share in (0.1, 0.2, 0.3, 0.7, 0.8, 0.9):
        end = crown[round(share * (len(crown) - 1))]
        bend = (start + end) / 2 + (0, -0.08)
        canvas.line(bezier(start, bend, end, count=8), shade(colour, 0.78), 0.02, 0)


def _draw_strands(canvas: Canvas, crown: Points, hairline: Points, colour: RGB) -> None:
    """Lines from the crown to the hairline, lighter and darker by turns."""
    for number, share in enumerate(np.linspace(0.12, 0.88, 9)):
        top = crown[round(share * (len(crown) - 1))] * (0.97, 0.98)
        end = hairline[round(share * (len(hairline) - 1))] * (1.0, 1.04)
        bend = (top + end) / 2 + (0.06, -0.03)
        tone = mix(colour, (255, 240, 220), 0.14) if number % 2 else shade(colour, 0.8)
        canvas.line(bezier(top, bend, end, count=6), tone, 0.02, 0)


def draw_scarf(canvas: Canvas, person: Person, jaw: float) -> None:
    """A headscarf, closed under the chin, that leaves the face free."""
    if person.hair_style != "scarf":
        return
    opening = ellipse(0, 0.1 + jaw / 2, 0.88 * person.width, 0.78 + jaw / 2, 49)
    edge = np.roll(opening, -12, axis=0)  # begins and ends under the chin, like the outline
    outside = head_outline(person, jaw + 0.1, CUTS["scarf"].volume)
    canvas.fill(np.concatenate([outside, edge[::-1], edge[-1:], outside[-1:]]), person.clothes, 0)
    canvas.line(edge[14:36], shade(person.clothes, 0.75), 0.03, 0)
    for swell in (0.02, 0.08):
        fold = head_outline(person, 0.0, swell, 70)
        canvas.line(fold, shade(person.clothes, 0.86), 0.018, 0)


def draw_beard(canvas: Canvas, person: Person, units: Units) -> None:
    """Beard and moustache, which go where the jaw and the upper lip go."""
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
    """Frames in front of the eyes, with a faint gleam on the glass."""
    if not person.glasses:
        return
    for side in (-1, 1):
        x, y = side * person.eye_gap, 0.02
        rim = ellipse(x, y, 0.24, 0.2)
        if person.glasses == "square":  # pulled out towards a rectangle's corners
            offset = (rim - (x, y)) / (0.24, 0.2)
            rim = (x, y) + np.sign(offset) * np.abs(offset) ** 0.45 * (0.24, 0.17)
        canvas.tint(rim, (235, 245, 255), 0.1, 1.1)
        canvas.line(np.concatenate([rim, rim[:2]]), person.frames, 0.03, 1.1)
        canvas.line([(x + side * 0.24, -0.02), (side * person.width, -0.02)], person.frames, 0.03)
    bridge = person.eye_gap - 0.24
    canvas.line(bezier((-bridge, 0.0), (0, -0.04), (bridge, 0.0)), person.frames, 0.03, 1.15)
