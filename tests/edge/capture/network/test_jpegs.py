"""JPEGs are found in a stream, whatever stands between them and however they are cut."""

import pytest
from PIL import Image

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.network.jpegs import JpegSplitter
from tests.edge.capture.network.http_camera import jpeg

PICTURES = [jpeg(colour) for colour in ("red", 40, 200)]
BETWEEN = b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 99999999999\r\n\r\n"


def with_thumbnail() -> bytes:
    """A JPEG with a whole JPEG in its EXIF data, as cameras write it."""
    exif = b"Exif\x00\x00" + PICTURES[1]
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    return PICTURES[0][:2] + segment + PICTURES[0][2:]


def split(data: bytes, step: int) -> list[bytes]:
    splitter = JpegSplitter()
    return [
        each
        for start in range(0, len(data), step)
        for each in splitter.feed(data[start : start + step])
    ]


@pytest.mark.parametrize("step", [1, 2, 7, 1000, 10**6])
@pytest.mark.parametrize("between", [b"", b"\r\n", BETWEEN, b"\xff", b"\xff\xd8", b"\xff\xff"])
def test_every_picture_is_found(step, between):
    pictures = [*PICTURES, with_thumbnail()]
    assert split(between + between.join(pictures), step) == pictures


def test_progressive_pictures_and_those_with_restart_markers_are_found(tmp_path):
    data = b""
    for i, options in enumerate(({"progressive": True}, {"restart_marker_rows": 1})):
        noise = Image.effect_noise((200, 120), 90)
        noise.save(tmp_path / f"{i}.jpg", "JPEG", **options)
        data += (tmp_path / f"{i}.jpg").read_bytes()
    assert b"".join(split(data, 999)) == data
    assert len(split(data, 999)) == 2


@pytest.mark.parametrize("cut", [3, 20, 300, -10])
def test_a_picture_that_is_cut_off_does_not_hide_the_next(cut):
    assert split(PICTURES[0][:cut] + BETWEEN + PICTURES[1] + PICTURES[2], 500)[-1] == PICTURES[2]


def test_what_is_no_picture_is_not_kept():
    splitter = JpegSplitter()
    for _ in range(200):
        assert list(splitter.feed(b"x" * 10_000)) == []
    assert len(splitter._data) < 10


def test_a_picture_that_never_ends_is_refused():
    splitter = JpegSplitter(limit=100_000)
    list(splitter.feed(PICTURES[0][:-2]))
    with pytest.raises(CameraError, match="a picture of more than"):
        for _ in range(100):
            list(splitter.feed(b"\x01" * 5000))
