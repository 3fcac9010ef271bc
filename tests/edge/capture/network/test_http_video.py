"""HLS, and other videos by HTTP, decoded by PyAV, which gets all bytes from our HTTP client."""

import time
from itertools import islice

import pytest

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.errors import UserError
from tests.edge.capture.network.http_camera import SECRET, HttpCamera, asks_digest, send
from tests.edge.capture.network.reading import first_frame, level, reading
from tests.edge.capture.network.videos import RATE, encode, segments

PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{}\n{}"


class Live:
    """The playlist of a live stream, which goes on by a segment each second, and its segments."""

    def __init__(self, folder, base: str = "") -> None:
        self.parts = segments(folder, 60)
        self.base, self.start = base, time.monotonic()

    def __call__(self, handler) -> None:
        if handler.path.endswith(".m3u8"):
            first = int(time.monotonic() - self.start)
            parts = range(first, min(first + 3, len(self.parts)))
            lines = "".join(f"#EXTINF:1.0,\n{self.base}part{i}.ts\n" for i in parts)
            playlist = PLAYLIST.format(first, lines).encode()
            send(handler, "application/vnd.apple.mpegurl", playlist)
        else:
            number = int(handler.path.partition("part")[2].removesuffix(".ts"))
            send(handler, "video/mp2t", self.parts[number].read_bytes())


def test_hls_is_read_at_its_own_pace(tmp_path):
    camera = HttpCamera(Live(tmp_path))
    with camera, reading(camera.url("/live/x.m3u8")) as items:
        frames = list(islice(items, 3 * RATE))
    assert all(isinstance(frame, Frame) for frame in frames)
    assert len({round(level(frame) / 10) for frame in frames}) > RATE
    lasted = frames[-1].seconds - frames[0].seconds
    assert lasted > 2  # a segment's frames come all at once
    assert {path.rpartition("/")[0] for path, _ in camera.requests} == {"/live"}


def test_a_login_is_given_for_the_playlist_and_its_segments(tmp_path):
    password = tmp_path / "password"
    password.write_text(SECRET)
    with HttpCamera(asks_digest(Live(tmp_path))) as camera:
        source = camera.url("/x.m3u8", login="ad%20min@")
        frame = first_frame(source, password_file=password)
    assert frame.source == camera.url("/x.m3u8")


@pytest.mark.parametrize("broken", ["gone", "cut off"])
def test_a_part_that_is_gone_or_cut_off_does_not_end_the_stream_for_good(tmp_path, broken):
    live = Live(tmp_path)

    def answer(handler):
        number = handler.path.partition("part")[2].removesuffix(".ts")
        if not number or int(number) % 3:
            live(handler)
        elif broken == "gone":
            send(handler, "text/html", b"", 404)
        else:
            send(handler, "video/mp2t", b"", Content_Length="100000")

    with HttpCamera(answer) as camera, reading(camera.url("/x.m3u8")) as items:
        frames = [item for item in islice(items, 5 * RATE) if isinstance(item, Frame)]
        asked = {path for path, _ in camera.requests}
    assert len(frames) > RATE
    assert any(f"part{i}.ts" in path for i in range(0, 60, 3) for path in asked)


@pytest.mark.parametrize("base", ["file:///etc/", "/etc/passwd?", "data:text/plain,"])
def test_a_playlist_does_not_make_us_read_files_of_this_computer(tmp_path, base, monkeypatch):
    monkeypatch.setattr("emotion_edge.capture.network.camera.FIRST_PICTURE_TIMEOUT_S", 2.0)
    secret = encode(tmp_path / "part0.ts", 1)
    base = base.replace("/etc/", f"{tmp_path}/") if "file" in base else base

    def answer(handler):
        if handler.path.endswith(".m3u8"):
            lines = f"#EXTINF:1.0,\n{base}{secret.name}\n"
            playlist = PLAYLIST.format(0, lines).encode()
            send(handler, "application/vnd.apple.mpegurl", playlist)
        else:
            send(handler, "text/html", b"", 404)

    with HttpCamera(answer) as camera:
        try:
            with reading(camera.url("/x.m3u8")) as items:
                first = next(items)
        except UserError as error:
            assert "it sends no video" in str(error)
        else:
            assert isinstance(first, CameraLost)


@pytest.mark.parametrize(("suffix", "kind"), [("ts", "video/mp2t"), ("mp4", "video/mp4")])
def test_another_video_is_played_at_its_own_pace(tmp_path, suffix, kind):
    options = {"options": {"movflags": "frag_keyframe+empty_moov"}} if suffix == "mp4" else {}
    video = encode(tmp_path / f"video.{suffix}", 3, **options).read_bytes()
    camera = HttpCamera(lambda handler: send(handler, kind, video))
    with camera, reading(camera.url()) as items:
        frames = []
        while isinstance(item := next(items), Frame):
            frames.append(item)
    lost = item
    assert lost.reason == "the camera has ended its stream"
    assert len(frames) > RATE
    assert frames[-1].seconds - frames[0].seconds > 2


def test_a_video_without_pyav_names_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with HttpCamera(lambda handler: send(handler, "video/mp2t", b"x")) as camera:
        for source in (camera.url(), "rtsp://localhost/x"):
            with pytest.raises(UserError, match=r"needs PyAV; .*pip install"):
                first_frame(source)
