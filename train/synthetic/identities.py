"""Random identities: the permanent looks of an invented person.

Skin colours follow the Monk Skin Tone scale (E. Monk, *The Monk Skin Tone Scale*, 2019,
https://skintone.google), uniformly over its ten swatches. Hair, beards, headgear and glasses are
independent of skin, so that no look represents an origin. Only beards, lashes and lip colour depend
on `feminine`.
"""

from dataclasses import dataclass

import numpy as np

RGB = tuple[int, int, int]
"""Red, green, blue, each 0..255."""

MONK_TONES = (
    "f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a",
    "292420",
)  # fmt: skip
HAIR_COLOURS = (  # mostly dark, like most people's hair
    "17130f", "1c1613", "241a14", "2e2019", "3b2618", "5a3a22", "7d5a35", "b08a4f", "8a3d20",
)  # fmt: skip
EYE_COLOURS = ("2e1c10", "3d2615", "5b3c1e", "5d6b3a", "4a6f8c", "6d7f86")
CLOTHES = ("2f4a6d", "7a2f3a", "3c6b4f", "d9d4c7", "31333a", "b5803a", "6b4d82", "5f8fa3")
SHORT_HAIR = ("bald", "buzz", "short", "parted", "curly", "turban")
LONG_HAIR = ("short", "parted", "curly", "bob", "long", "bun", "fringe", "scarf")


@dataclass(frozen=True)
class Person:
    """An identity. Lengths are in half head heights (1.0 from crown to eyes, and to the chin)."""

    skin: RGB
    hair: RGB
    iris: RGB
    lips: RGB
    clothes: RGB
    frames: RGB
    feminine: bool
    hair_style: str  # one of SHORT_HAIR or LONG_HAIR
    beard: str  # "", "stubble", "moustache", "goatee" or "full"
    glasses: str  # "", "round" or "square"
    age: float  # 0 young .. 1 old: the depth of permanent folds
    width: float  # half the head's width
    jaw: float  # 0 pointed .. 1 square
    eye_size: float  # factor
    eye_gap: float  # from the nose to the centre of an eye
    brow_height: float  # above the usual position
    brow_weight: float  # factor
    nose_width: float  # factor
    mouth_width: float  # half the mouth's width
    lip_weight: float  # factor
    asymmetry: float  # how much more the right of the image moves than the left


def rgb(code: str) -> RGB:
    """Parse a colour from six hexadecimal digits."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """Mix two colours. share: of the other one, 0..1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def shade(colour: RGB, factor: float) -> RGB:
    """Make a colour darker (factor below 1) or lighter."""
    red, green, blue = (min(255, round(part * factor)) for part in colour)
    return red, green, blue


def _skin(rng: np.random.Generator) -> RGB:
    """Return a tone between two neighbours of the scale, as a camera would record it."""
    place = rng.uniform(0, len(MONK_TONES) - 1)
    low = int(place)
    tone = mix(rgb(MONK_TONES[low]), rgb(MONK_TONES[low + 1]), place - low)
    # Swatches lack the red of living skin, and the darkest leave no room for shadows. So warm all
    # tones, and lighten the dark end as automatic exposure would.
    return mix(mix(tone, (206, 122, 92), 0.24), (150, 104, 80), 0.25 * place / len(MONK_TONES))


def sample_person(rng: np.random.Generator) -> Person:
    """Return a random person."""
    feminine = bool(rng.random() < 0.5)
    age = float(rng.beta(1.3, 2.2))
    skin = _skin(rng)
    hair = mix(rgb(str(rng.choice(HAIR_COLOURS))), (160, 158, 155), max(0.0, age - 0.45))
    beards = ("", "", "stubble", "moustache", "goatee", "full")
    red = (176, 44, 60) if feminine else (168, 80, 76)
    return Person(
        skin=skin,
        hair=hair,
        iris=rgb(str(rng.choice(EYE_COLOURS))),
        lips=mix(shade(skin, 0.82), red, rng.uniform(0.45, 0.75)),
        clothes=rgb(str(rng.choice(CLOTHES))),
        frames=rgb(str(rng.choice(("1c1c1f", "4a2c1a", "7c7f86")))),
        feminine=feminine,
        hair_style=str(rng.choice(LONG_HAIR if feminine else SHORT_HAIR)),
        beard="" if feminine else str(rng.choice(beards)),
        glasses=str(rng.choice(("", "", "", "round", "square"))),
        age=age,
        width=rng.uniform(0.68, 0.8),
        jaw=rng.uniform(0.1, 0.7) if feminine else rng.uniform(0.3, 1.0),
        eye_size=rng.uniform(1.05, 1.28),
        eye_gap=rng.uniform(0.3, 0.335),
        brow_height=rng.uniform(0.01, 0.045),
        brow_weight=rng.uniform(0.7, 1.0) if feminine else rng.uniform(0.9, 1.4),
        nose_width=rng.uniform(0.85, 1.25),
        mouth_width=rng.uniform(0.27, 0.33),
        lip_weight=rng.uniform(1.1, 1.5) if feminine else rng.uniform(0.9, 1.3),
        asymmetry=rng.uniform(-0.12, 0.12),
    )
