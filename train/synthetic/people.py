"""Draw a random person with any expression, the face in a given box."""

import numpy as np
from PIL import Image

from emotion_edge.faces.types import Box
from train.synthetic.action_units import EXPRESSIONS, sample_units
from train.synthetic.canvas import Canvas, Pose
from train.synthetic.identities import sample_person
from train.synthetic.motion import BOX_CENTRE_Y, BOX_SIDE
from train.synthetic.renderer import Light, draw_face


def draw_somebody(picture: Image.Image, box: Box, rng: np.random.Generator) -> Image.Image:
    """Return a copy of a picture (mode RGB) with somebody drawn whose face fills `box`."""
    person, size = sample_person(rng), box.side / BOX_SIDE
    roll, yaw, pitch = rng.normal(0, (10, 12, 6)).clip(-30, 30).tolist()
    pose = Pose(0, 0, size, roll, yaw, pitch)
    ((x, y),) = Canvas(Image.new("L", (1, 1)), pose, person.width, 1).place([(0, BOX_CENTRE_Y)])
    pose = Pose(box.x + box.side / 2 - x, box.y + box.side / 2 - y, size, roll, yaw, pitch)
    light = Light(x=rng.uniform(-1, 1), y=rng.uniform(-1, 0.3), contrast=rng.uniform(0.2, 0.6))
    label = list(EXPRESSIONS)[rng.integers(len(EXPRESSIONS))]
    return draw_face(picture, person, sample_units(label, rng), pose, light)
