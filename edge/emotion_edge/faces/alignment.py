"""Face alignment: the region of a face, level and in the same proportions in every picture."""

import math
from collections.abc import Mapping

from emotion_edge.faces.types import Face
from emotion_edge.imaging.regions import Region

MIN_TILT = 1.0  # degrees; a face that is tilted less is not turned
# Minimum distance between the eyes over the box's side. In a face seen from the side the eyes come
# close together. The median of upright faces is 0.42 to 0.44.
_MIN_EYE_DISTANCE = 0.25


def face_region(face: Face, rule: Mapping[str, float]) -> Region:
    """Return the square that a crop rule cuts out for a face.

    rule: see `emotion_edge.model.crop_rule`. The square is turned so that the eyes are level in it,
    and may extend beyond the picture.
    """
    x, y, other_x, other_y = face.eyes
    distance = max(math.hypot(other_x - x, other_y - y), _MIN_EYE_DISTANCE * face.box.side)
    side, angle = rule["face_width"] * distance, math.radians(face.tilt)
    below_eyes = (0.5 - rule["eye_height"]) * side  # from the eyes to the centre, along the face
    centre_x = (x + other_x) / 2 - math.sin(angle) * below_eyes
    centre_y = (y + other_y) / 2 + math.cos(angle) * below_eyes
    return Region(centre_x, centre_y, side, side, face.tilt if abs(face.tilt) >= MIN_TILT else 0.0)
