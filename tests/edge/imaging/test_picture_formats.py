"""A file is a picture because of its content, whatever its name."""

import os
import shutil
import socket

import pytest
from PIL import Image, features

from emotion_edge.imaging.picture_formats import picture_format
from tests.edge.pictures import solid

PICTURE = Image.fromarray(solid("red"))
# A box of brands, as phones and cameras write it; the decoder is not needed to know it.
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
LARGER_HEIC = b"\0\0\0\x24ftypmif1\0\0\0\0mif1MiHEMiPrheic" + bytes(40)
SAVED = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "PCX", "SGI"]
if features.check_codec("jpg_2000"):
    SAVED.append("JPEG2000")
if "avif" in features.get_supported():
    SAVED.append("AVIF")


@pytest.mark.parametrize("name", ["photo.jpg", "photo.mov", "photo"])
@pytest.mark.parametrize("format_", SAVED)
def test_the_content_tells_the_format_whatever_the_name(format_, name, tmp_path):
    PICTURE.save(tmp_path / name, format_)
    assert picture_format(tmp_path / name) == format_


def test_a_photograph_of_several_pictures_is_a_jpeg(tmp_path):
    PICTURE.save(tmp_path / "photo", "MPO", save_all=True, append_images=[PICTURE])
    assert picture_format(tmp_path / "photo") == "JPEG"


@pytest.mark.parametrize("content", [HEIC, LARGER_HEIC])
def test_heic_is_known_also_if_it_cannot_be_decoded(content, tmp_path):
    (tmp_path / "photo").write_bytes(content)
    assert picture_format(tmp_path / "photo") == "HEIF"


def test_tga_needs_its_suffix_because_it_has_no_signature(tmp_path):
    PICTURE.save(tmp_path / "photo.tga")
    shutil.copy(tmp_path / "photo.tga", tmp_path / "photo.dat")
    assert picture_format(tmp_path / "photo.tga") == "TGA"
    assert picture_format(tmp_path / "photo.dat") is None


NO_PICTURES = {
    "empty": b"",
    "text": b"P is for picture, BM for bitmap\n",
    "settings.toml": b'source = "picamera2"\n',
    "clip.mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(40),
    "clip.mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide" + bytes(40),
    "movie-with-a-word": b"\0\0\0\x14ftypqt  \0\0\0\0qt  heic" + bytes(40),
    "clip.avi": b"RIFF\0\0\0\0AVI LIST",
    "drawing.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "icon.ico": b"\0\0\1\0\1\0",
    "page.html.jpg": b"<!doctype html><title>404</title>",
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_other_files_are_no_pictures(name, tmp_path):
    (tmp_path / name).write_bytes(NO_PICTURES[name])
    assert picture_format(tmp_path / name) is None


def test_pipes_devices_and_sockets_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(OSError, match="a named pipe, not a file"):
        picture_format(tmp_path / "pipe.jpg")
    with pytest.raises(OSError, match="a device, not a file"):
        picture_format(tmp_path / "/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.jpg"))
        with pytest.raises(OSError, match="socket"):
            picture_format(tmp_path / "socket.jpg")


def test_folders_and_missing_files_are_named(tmp_path):
    with pytest.raises(IsADirectoryError):
        picture_format(tmp_path)
    with pytest.raises(FileNotFoundError):
        picture_format(tmp_path / "missing.jpg")
