"""The network that looks at a whole frame once."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.face_proposer import (
    FACE_PROPOSER,
    LARGEST_FACE,
    SIDE,
    SMALLEST_FACE,
    FaceProposer,
    whole_look,
)
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators
from tests.edge.models import INSTALLED
from tests.edge.photographs import astronaut, paste, scene


@pytest.fixture(scope="module", params=INSTALLED)
def proposer(request: pytest.FixtureRequest) -> FaceProposer:
    return FaceProposer(runtime=request.param)


@pytest.mark.parametrize("name", ["coffee", "rocket"])
@pytest.mark.parametrize("side", [26, 40, 70, 120, 200, 290])
def test_faces_of_all_sizes_are_proposed_and_little_else(proposer, name, side):
    box = Box(300, 110, side)
    found = proposer.propose(paste(scene(name), astronaut(), box), SMALLEST_FACE)
    assert iou(box, found[:1])[0] > 0.5  # the best one
    assert (found[:, 3] > 0.5).sum() <= 3


def test_boxes_are_in_pixels_of_the_frame_whatever_the_scale(proposer):
    box = Box(300, 110, 200)
    picture = paste(scene("coffee"), astronaut(), box)
    for min_side in (SMALLEST_FACE, 40, 80, 130):
        found = proposer.propose(picture, min_side)
        assert iou(box, found[:1])[0] > 0.5
        assert found.shape[1] == 4


def test_frames_of_changing_sizes_give_what_each_gives_alone(proposer):
    pictures = [
        paste(scene("coffee", *size), astronaut(), Box(50, 40, 90))
        for size in ((640, 480), (240, 320), (640, 480), (200, 150))
    ]
    for picture in pictures:
        alone = FaceProposer(runtime="litert").propose(picture, 40)
        assert proposer.propose(picture, 40) == pytest.approx(alone, abs=0.05)


@pytest.mark.parametrize("shape", [(1, 640), (480, 1), (1, 1), (3, 2)])
def test_a_tiny_picture_is_no_problem(proposer, shape):
    assert proposer.propose(Image.new("RGB", shape), 1).shape[1] == 4


@pytest.mark.parametrize(
    ("size", "min_side", "scale"),
    [
        ((640, 480), 40, 0.6),
        ((640, 480), 24, 1),
        ((640, 480), 5, 1),  # enlarging would show nothing more
        ((1280, 720), 80, 0.3),
        ((4000, 3000), 250, 24 / 250),
    ],
)
def test_the_smallest_face_decides_at_which_scale_a_frame_is_seen(size, min_side, scale, proposer):
    assert whole_look(*size, min_side) == (pytest.approx(scale), min_side)
    assert len(proposer.propose_small(Image.new("RGB", size), min_side)) == 0


@pytest.mark.parametrize("size", [(1920, 1080), (4000, 3000), (6000, 4000), (1000, 24000)])
@pytest.mark.parametrize("min_side", [5, 24, 31])
def test_what_one_look_at_a_large_frame_would_miss_is_small_enough_for_tiles(size, min_side):
    scale, least = whole_look(*size, min_side)
    assert np.prod(size) * scale**2 <= SIDE**2 * 1.001
    assert scale * least == pytest.approx(SMALLEST_FACE)
    assert least * min(1, SMALLEST_FACE / min_side) <= LARGEST_FACE


@pytest.mark.parametrize("runtime", INSTALLED)
def test_the_whole_network_runs_on_xnnpack(runtime):
    interpreter = make_interpreter(FACE_PROPOSER.read(), find_runtime(runtime)[1])
    nodes = operators(interpreter)
    (delegate,) = [node for node in nodes if node["op_name"] == "DELEGATE"]
    # Weights are unpacked when it is loaded, and are no inputs of the delegate.
    outputs = [detail["index"] for detail in interpreter.get_output_details()]
    assert np.isin(outputs, delegate["outputs"]).all()
    (given,) = interpreter.get_input_details()
    assert given["index"] in delegate["inputs"]
