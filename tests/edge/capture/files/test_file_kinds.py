"""What a file is depends on its content, not on its name."""

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.edge.capture.files.reading import colours, read
from tests.edge.pictures import solid
from tests.edge.recordings import film

av = pytest.importorskip("av", reason="videos need av")


@pytest.mark.parametrize("suffix", ["jpg", "txt", "", "docx"])
def test_a_video_is_one_whatever_its_suffix(suffix, tmp_path):
    film(tmp_path / "clip.mp4", "mpeg4", 10)
    path = tmp_path / f"12:30 caf\udce9.{suffix}"
    shutil.copy(tmp_path / "clip.mp4", path)
    frames, error = read(path)
    assert (len(frames), error) == (30, "")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
@pytest.mark.parametrize("suffix", ["mp4", "jfif", ""])
def test_a_picture_is_one_whatever_its_suffix(kind, suffix, tmp_path):
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(solid("red")).save(path, kind)
    (frame,), error = read(path)
    assert (frame.seconds, error) == (None, "")
    assert colours([frame]) == ["red"]


def song_with_cover(path: Path) -> None:
    with wave.open(str(path.with_suffix(".wav")), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    with av.open(path, "w", format="mp4") as song, av.open(path.with_suffix(".wav")) as sound:
        cover = song.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        voice = song.add_stream("aac", rate=8000)
        song.mux(cover.encode(av.VideoFrame.from_ndarray(solid("red", 64, 48))))
        for frame in sound.decode(audio=0):
            song.mux(voice.encode(frame))
        song.mux(voice.encode())


NO_VIDEOS = {
    "empty": (b"", "it is empty"),
    "text": ("Grüße\n".encode() * 100, "it is text"),
    "zeros": (bytes(100_000), "neither a picture nor a video"),
    "noise": (np.random.default_rng(0).bytes(100_000), "neither a picture nor a video"),
    "list of files": (b"ffconcat version 1.0\nfile clip.ts\n", "it is text"),
    "drawing in letters": (b"\x1b[31mred\x1b[0m\n" * 100, "it is text"),
    "playlist": (
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nclip.ts\n#EXT-X-ENDLIST\n",
        "it is text",
    ),
}


@pytest.mark.parametrize("kind", NO_VIDEOS)
@pytest.mark.parametrize("suffix", ["mp4", "jpg", "txt", ""])
def test_what_is_neither_a_picture_nor_a_video_is_refused(kind, suffix, tmp_path, monkeypatch):
    content, expected = NO_VIDEOS[kind]
    monkeypatch.chdir(tmp_path)  # a list of files would find the clip
    film(tmp_path / "clip.ts", "mpeg2video", 25)
    path = tmp_path / f"file.{suffix}"
    path.write_bytes(content)
    frames, error = read(path)
    assert frames == []
    assert error.startswith("UserError")
    assert expected in error


def test_the_cover_of_a_song_is_no_video(tmp_path):
    song_with_cover(tmp_path / "song.m4a")
    frames, error = read(tmp_path / "song.m4a")
    assert frames == []
    assert "no moving picture" in error


def test_a_heic_photograph_is_never_played_as_a_video(tmp_path, caplog):
    content = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    for suffix in ("heic", "mp4", "mov", ""):
        path = tmp_path / f"photo.{suffix}"
        path.write_bytes(content + bytes(1000))
        frames, error = read(path)
        assert frames == []
        assert error == "UserError: 1 of 1 pictures could not be read"
    assert "video" not in caplog.text
