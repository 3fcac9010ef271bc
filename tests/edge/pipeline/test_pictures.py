"""Single pictures: each is analyzed on its own."""

import pytest
from PIL import Image
from skimage import data

from emotion_edge.faces.types import Box
from tests.edge.command_line import edge, json_lines
from tests.edge.models import INT8
from tests.edge.photographs import astronaut, frame_with_heads, paste, scene
from tests.edge.pictures import save_cut_face
from tests.edge.recordings import write_recording

# The box of each photograph's face, if there is one.
PHOTOGRAPHS = {"astronaut": [174, 75, 101, 101], "coffee": None, "chelsea": None, "rocket": None}


def test_faces_are_not_tracked_across_pictures(tmp_path):
    frames = [frame_with_heads((200, 120)), frame_with_heads(), frame_with_heads((20, 200))]
    recording = write_recording(tmp_path / "r", frames)
    result = edge("run", "--model", INT8, "--source", recording, "--faces", "on")
    rows = json_lines(result.stdout)
    assert [(row["event"], row["frame"], row["face"]) for row in rows] == [
        ("picture", 0, 1),
        ("picture", 1, None),
        ("picture", 2, 1),
    ]
    assert rows[1]["label"] == "no_face"
    assert rows[1]["scores"] is None
    assert rows[0]["label"] == rows[2]["label"] in ("red", "green", "blue")


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_face_off_the_center_of_a_photograph_is_found(name, tmp_path):
    Image.fromarray(getattr(data, name)()).save(tmp_path / "photo.jpg", quality=95)
    result = edge("run", "--model", INT8, "--source", tmp_path / "photo.jpg", "--faces", "on")
    (row,) = json_lines(result.stdout)
    if PHOTOGRAPHS[name]:
        assert row["box"] == pytest.approx(PHOTOGRAPHS[name], abs=8)
        assert (row["faces"], row["face"]) == (1, 1)
        assert row["label"] in ("red", "green", "blue")
    else:
        assert (row["faces"], row["face"], row["box"]) == (0, None, None)
        assert row["label"] == "no_face"


def test_without_a_finder_the_face_that_the_file_names_is_classified(tmp_path):
    path = save_cut_face(tmp_path / "face.png", "green", around="blue")
    result = edge("run", "--model", INT8, "--source", path, "--faces", "off")
    (row,) = json_lines(result.stdout)
    assert (row["label"], row["box"]) == ("green", None)


@pytest.mark.searches
def test_small_pictures_are_not_searched_for_faces_under_32_pixels_unless_it_is_asked_for(tmp_path):
    picture = paste(scene("rocket", 256, 192), astronaut(), Box(150, 30, 22))
    picture.save(tmp_path / "small.png")
    command = ("run", "--model", INT8, "--source", tmp_path / "small.png", "--faces", "on")
    (row,) = json_lines(edge(*command).stdout)
    assert row["label"] == "no_face"
    (row,) = json_lines(edge(*command, "--min-face", 20).stdout)
    assert row["faces"] == 1
    assert row["box"] == pytest.approx([150, 30, 22, 22], abs=6)
