"""PNG files that say where in them the face is."""

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.image_files import ImageError, read_picture
from emotion_edge.imaging.regions import Region, cut_surroundings, scale_region
from tests.edge.command_line import EVERY_FRAME, edge, own_lines
from tests.edge.models import INT8

NOISE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
REGION = Region(40.123456789012345, 30.1, 33.3, 33.3, -12.75)


def write_text(path, text, size=(80, 60)):
    info = PngInfo()
    info.add_text("face", text)
    Image.new("RGB", size, (220, 20, 30)).save(path, pnginfo=info)
    return path


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("region", [REGION, Region(24, 24, 60, 60), Region(np.float64(9), 8, 7, 6)])
def test_pixels_and_region_are_the_same_after_writing_and_reading(channels, region, tmp_path):
    save_face(tmp_path / "face.png", NOISE[..., :channels], region)
    picture = read_picture(tmp_path / "face.png")
    assert np.array_equal(picture.pixels, NOISE if channels == 3 else NOISE[..., :1].repeat(3, 2))
    assert picture.face == region
    assert all(type(value) is float for value in picture.face)


def test_a_saved_cut_gives_the_same_input_as_the_frame(tmp_path):
    frame = np.asarray(Image.fromarray(NOISE).resize((640, 480), Image.Resampling.BICUBIC))
    for number, tilt in enumerate([0.0, 12.3, -40.0]):
        region = Region(310.5 + number, 222.25, 140.7, 140.7, tilt)
        path = tmp_path / f"{number}.png"
        save_face(path, *cut_surroundings(frame, region))
        pixels, _, face = read_picture(path)
        assert pixels.size < frame.size / 3
        expected = scale_region(frame, region, 48, 48, grey=True)
        assert np.array_equal(scale_region(pixels, face, 48, 48, grey=True), expected)


def test_the_pixels_of_a_view_are_written_as_they_are_seen(tmp_path):
    save_face(tmp_path / "face.png", NOISE[::-2, ::3], Region(13, 15, 20, 20))
    assert np.array_equal(read_picture(tmp_path / "face.png").pixels, NOISE[::-2, ::3])


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "picture.gif"])
def test_other_pictures_name_no_face(name, tmp_path):
    Image.fromarray(NOISE).save(tmp_path / name)
    assert read_picture(tmp_path / name).face is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a smiling woman",
        "40 30 33 33",
        "40 30 33 33 0 0",
        "40 30 33 33 " + "9" * 5000,
        "40 30 33 33 \x1b[2J",
        "40 30 33 33 0" + " " * 100_000,
    ],
    ids=["nothing", "words", "four", "six", "many digits", "escapes", "long"],
)
def test_another_programs_text_names_no_face(text, tmp_path):
    assert read_picture(write_text(tmp_path / "face.png", text)).face is None


ABSURD = {
    "not a number": "40 30 33 33 nan",
    "infinite": "40 30 inf inf 0",
    "a negative side": "40 30 33 -33 0",
    "no side": "40 30 0 33 0",
    "far away": "4000 30 33 33 0",
    "far above": "40 -400 33 33 0",
    "gigantic": "40 30 100000 100000 0",
    "gigantic when it is turned": "40 30 230 230 45",
    "beyond the numbers of floats": "40 30 33 33 1e400",
}


@pytest.mark.parametrize("kind", ABSURD)
def test_a_text_that_is_no_region_is_refused_with_a_short_reason(kind, tmp_path):
    path = write_text(tmp_path / "face.png", ABSURD[kind])
    with pytest.raises(ImageError, match=r"^its text 'face' is not the region of a face$"):
        read_picture(path)


def test_a_region_is_at_most_500_pixels_beyond_a_large_picture(tmp_path):
    accepted = write_text(tmp_path / "near.png", "-470 300 60 60 0", (1200, 1600))
    assert read_picture(accepted).face.x == -470
    refused = write_text(tmp_path / "far.png", "-471 300 60 60 0", (1200, 1600))
    with pytest.raises(ImageError, match="not the region of a face"):
        read_picture(refused)


@pytest.mark.parametrize("text", ["0 0 80 80 0", "40 30 140 140 90", "79 59 1 1 -180"])
def test_a_region_near_the_picture_is_accepted(text, tmp_path):
    path = write_text(tmp_path / "face.png", text)
    assert read_picture(path).face == tuple(map(float, text.split()))


def test_an_absurd_text_is_one_line_of_the_command(tmp_path):
    write_text(tmp_path / "face.png", ABSURD["infinite"])
    result = edge("run", "--model", INT8, *EVERY_FRAME, "--source", tmp_path / "face.png")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert any("is not the region of a face" in line for line in own_lines(result.stderr))
