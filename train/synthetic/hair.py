"""Draw hair, headscarves and turbans."""

from dataclasses import dataclass

import numpy as np

from train.synthetic.canvas import Canvas, Points, bezier, ellipse
from train.synthetic.identities import RGB, Person, mix, shade


@dataclass(frozen=True)
class HairStyle:
    """The shape of a hairstyle or head covering, in half head heights."""

    volume: float  # height above the skull
    hairline: float  # y of the top of the forehead
    side: float  # how far it frames the face: the angle from the crown, in degrees
    back: float | None = None  # y of its lower end behind the face
    parting: float = 0.0  # x of the highest point of the hairline


HAIR_STYLES = {
    "buzz": HairStyle(0.02, -0.66, 82),
    "short": HairStyle(0.1, -0.6, 84),
    "parted": HairStyle(0.14, -0.62, 88, parting=0.3),
    "curly": HairStyle(0.2, -0.56, 96),
    "bob": HairStyle(0.14, -0.62, 112, back=0.75, parting=-0.12),
    "long": HairStyle(0.12, -0.64, 108, back=1.5, parting=0.05),
    "bun": HairStyle(0.06, -0.66, 84),
    "fringe": HairStyle(0.12, -0.46, 108, back=1.1),
    "scarf": HairStyle(0.14, -0.62, 180),
    "turban": HairStyle(0.26, -0.56, 84),
}


def head_outline(person: Person, jaw: float, swell: float = 0.0, upto: float = 180.0) -> Points:
    """Return the outline of the head, clockwise from the left, over the crown.

    jaw: how far the chin has dropped. swell: added height above the skull at the crown. upto: where
    the outline ends on both sides, in degrees from the crown.
    """
    angle = np.radians(np.linspace(-upto, upto, 49))
    low = np.clip(-np.cos(angle), 0, 1)
    taper = 1 - (0.3 - 0.17 * person.jaw) * low**1.5
    swell = 1 + swell * np.cos(angle / 2)  # a little less at the sides
    x = person.width * np.sign(angle) * np.abs(np.sin(angle)) ** (0.78 - 0.08 * person.jaw * low)
    return np.stack([x * taper * swell, -np.cos(angle) * swell + jaw * low], axis=1)


def draw_back_hair(canvas: Canvas, person: Person) -> None:
    """Draw the part of the hair, or of a scarf, that is behind the face."""
    style = HAIR_STYLES.get(person.hair_style)
    if style is None:
        return
    if person.hair_style == "scarf":
        drape = [(-0.62, 0.5), (0.62, 0.5), (0.85, 1.6), (-0.85, 1.6)]
        canvas.fill(drape, shade(person.clothes, 0.8), 0)
    if person.hair_style == "bun":
        canvas.fill(ellipse(0, -1.12, 0.27, 0.22), shade(person.hair, 0.9), 0)
    if style.back is not None:
        wide = person.width * 1.14
        left = bezier((-wide, -0.3), (-wide * 1.15, 0.5 * style.back), (-wide * 0.95, style.back))
        right = (left * (-1, 1))[::-1]
        canvas.fill(np.concatenate([left, right]), shade(person.hair, 0.72), 0)


def draw_hair(canvas: Canvas, person: Person) -> None:
    """Draw the hair in front of the skull, with strands, or the cloth of a turban, with folds."""
    style = HAIR_STYLES.get(person.hair_style)
    if style is None or person.hair_style == "scarf":
        return
    is_cloth = person.hair_style == "turban"
    colour = person.clothes if is_cloth else person.hair
    crown = head_outline(person, 0.0, style.volume, style.side)
    hairline = _hairline(person, style)
    if person.hair_style == "curly":
        for x, y in head_outline(person, 0.0, 0.12, style.side)[::3]:
            canvas.fill(ellipse(x, y, 0.17, 0.17, 14), shade(colour, 0.9), 0)
    canvas.fill(np.concatenate([crown, hairline]), colour, 0)
    if is_cloth:
        _draw_folds(canvas, crown, hairline, colour)
    else:
        _draw_strands(canvas, crown, hairline[::-1], colour)


def _hairline(person: Person, style: HairStyle) -> Points:
    """Return the hairline from the right to the left; it recedes with a man's age."""
    ends = head_outline(person, 0.0, -0.1 if style.back else -0.03, style.side)
    y = style.hairline - 0.25 * max(0.0, person.age - 0.6) * (not person.feminine)
    temple, peak = 0.8 * person.width, (style.parting, 1.35 * y)
    return bezier(ends[-1], (temple, y), peak, (-temple, y), ends[0])


def _draw_folds(canvas: Canvas, crown: Points, hairline: Points, colour: RGB) -> None:
    """Draw folds of cloth from the middle of the forehead to the sides."""
    start = hairline[len(hairline) // 2] + (0, -0.02)
    for share in (0.1, 0.2, 0.3, 0.7, 0.8, 0.9):
        end = crown[round(share * (len(crown) - 1))]
        bend = (start + end) / 2 + (0, -0.08)
        canvas.line(bezier(start, bend, end, count=8), shade(colour, 0.78), 0.02, 0)


def _draw_strands(canvas: Canvas, crown: Points, hairline: Points, colour: RGB) -> None:
    """Draw lines from the crown to the hairline, alternately lighter and darker."""
    for number, share in enumerate(np.linspace(0.12, 0.88, 9)):
        top = crown[round(share * (len(crown) - 1))] * (0.97, 0.98)
        end = hairline[round(share * (len(hairline) - 1))] * (1.0, 1.04)
        bend = (top + end) / 2 + (0.06, -0.03)
        tone = mix(colour, (255, 240, 220), 0.14) if number % 2 else shade(colour, 0.8)
        canvas.line(bezier(top, bend, end, count=6), tone, 0.02, 0)


def draw_scarf(canvas: Canvas, person: Person, jaw: float) -> None:
    """Draw a headscarf that is closed under the chin and leaves the face free."""
    if person.hair_style != "scarf":
        return
    opening = ellipse(0, 0.1 + jaw / 2, 0.88 * person.width, 0.78 + jaw / 2, 49)
    edge = np.roll(opening, -12, axis=0)  # begins and ends under the chin, like the outline
    outside = head_outline(person, jaw + 0.1, HAIR_STYLES["scarf"].volume)
    canvas.fill(np.concatenate([outside, edge[::-1], edge[-1:], outside[-1:]]), person.clothes, 0)
    canvas.line(edge[14:36], shade(person.clothes, 0.75), 0.03, 0)
    for swell in (0.02, 0.08):
        fold = head_outline(person, 0.0, swell, 70)
        canvas.line(fold, shade(person.clothes, 0.86), 0.018, 0)
