"""Portraits, and the scenes into which they are pasted."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from train.proposer.backdrops import make_backdrop, photographs
from train.proposer.portraits import FACE, SIDE, Portraits, cut_portrait, load_portraits
from train.proposer.scenes import FACE_SIDES, make_scene

SIZE = (256, 224)


@pytest.fixture(scope="module")
def portraits(tmp_path_factory) -> Portraits:
    return load_portraits(None, 12, tmp_path_factory.mktemp("portraits"))


def scenes(portraits: Portraits, number: int):
    return [make_scene(SIZE, portraits, np.random.default_rng(seed)) for seed in range(number)]


def test_a_portrait_has_its_face_at_the_same_place_whatever_the_picture():
    x, y = np.meshgrid(np.arange(300), np.arange(200))
    pixels = np.zeros((200, 300, 3), np.uint8)
    for face in (Box(100, 60, 40), Box(10, 5, 120), Box(230, 150, 45)):
        pixels[:] = 60
        pixels[(abs(x - face.x - face.side / 2) < face.side / 2) & (y > face.y)] = 200
        pixels[y > face.y + face.side] = 60
        portrait = cut_portrait(pixels, face)
        left, top, right, bottom = portrait.inside
        inside = np.zeros((SIDE, SIDE), bool)
        inside[top:bottom, left:right] = True
        bright = portrait.pixels[..., 0] > 130
        expected = np.zeros((SIDE, SIDE), bool)
        rows, columns = (slice(int(a), int(a + FACE.side)) for a in (FACE.y, FACE.x))
        expected[rows, columns] = True
        assert (bright == (expected & inside)).mean() > 0.97
        assert (portrait.pixels[~inside] < 130).all()


def test_drawn_portraits_show_faces_where_they_say(portraits):
    detector = FaceDetector()
    found = [detector.detect(each) for each in portraits.pixels]
    overlaps = [iou(FACE, np.array([face.box for face in faces])).max() for faces in found if faces]
    assert len(overlaps) >= 11
    assert np.median(overlaps) > 0.7


def test_portraits_are_kept_until_something_else_is_wanted(tmp_path):
    first = load_portraits(None, 3, tmp_path)
    written = (tmp_path / "portraits.npz").stat().st_mtime_ns
    again = load_portraits(None, 3, tmp_path)
    assert (again.pixels == first.pixels).all()
    assert (tmp_path / "portraits.npz").stat().st_mtime_ns == written
    assert len(load_portraits(None, 4, tmp_path).pixels) == 4


def test_photographs_are_cut_and_all_of_a_person_are_on_one_side(tmp_path, portraits):
    folder = tmp_path / "photos" / "happy"
    folder.mkdir(parents=True)
    for person in range(6):
        for take in range(2):
            picture = Image.fromarray(portraits.pixels[person])
            picture.resize((300 + take, 300)).save(folder / f"p{person:05}-{take}.png")
    Image.new("RGB", (300, 300), "gray").save(folder / "p99999-0.png")
    made = load_portraits(tmp_path / "photos", 2, tmp_path)
    photographed = ~made.is_drawn
    assert 8 <= photographed.sum() <= 12
    assert made.is_drawn.sum() == 2
    for person in range(6):
        alike = [
            abs(each.astype(int) - portraits.pixels[person]).mean() < 25 for each in made.pixels
        ]
        assert len(set(made.is_held_out[np.array(alike) & photographed].tolist())) <= 1


def test_a_scene_is_a_pure_function_of_its_seed(portraits):
    one, two = (scenes(portraits, 4) for _ in range(2))
    assert all(
        (a.pixels == b.pixels).all() and a.faces == b.faces for a, b in zip(one, two, strict=True)
    )
    assert len({scene.pixels.tobytes() for scene in one}) == 4


def test_scenes_have_faces_of_many_sizes_and_some_have_none(portraits):
    made = scenes(portraits, 120)
    assert {scene.pixels.shape for scene in made} == {(SIZE[1], SIZE[0], 3)}
    assert 5 <= sum(not scene.faces for scene in made) <= 40
    sides = [face.side for scene in made for face in scene.faces]
    assert FACE_SIDES[0] <= min(sides) < 20
    assert max(sides) > 180
    for scene in made:
        for number, face in enumerate(scene.faces):
            others = np.array(scene.faces[:number]).reshape(-1, 3)
            assert not (iou(face, others) > 0.05).any()


def test_the_detector_finds_the_larger_faces_where_a_scene_says_they_are(portraits):
    detector, found, faces = FaceDetector(min_face=30), 0, 0
    for scene in scenes(portraits, 60):
        boxes = np.array([face.box for face in detector.detect(scene.pixels)]).reshape(-1, 3)
        for face in scene.faces:
            if 50 < face.side < 200:
                faces += 1
                found += bool((iou(face, boxes) > 0.4).any())
    assert faces > 30
    assert found / faces > 0.8  # some are dark, or half outside


def test_a_backdrop_has_no_face(portraits):
    detector = FaceDetector(threshold=0.7)
    found = [
        face
        for seed in range(40)
        for face in detector.detect(
            np.asarray(make_backdrop((256, 256), portraits, np.random.default_rng(seed)))
        )
    ]
    assert len(found) <= 4  # of things that are meant to be taken for one


def test_the_photographs_of_the_backdrops_have_no_face():
    detector = FaceDetector(threshold=0.7)
    assert [detector.detect(np.asarray(each)) for each in photographs()] == [[]] * len(
        photographs()
    )
