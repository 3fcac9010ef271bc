"""Cameras by RTSP: GStreamer's server on this computer."""

import logging
import signal
import socket
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.network import rtsp_stream
from emotion_edge.errors import UserError
from tests.edge.capture.network.http_camera import SECRET, USER
from tests.edge.capture.network.reading import Item, first_frame, first_loss, level, reading
from tests.edge.capture.network.rtsp_camera import RtspCamera
from tests.edge.capture.network.videos import RATE, encode

LOGIN = "ad%20min@"


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    """Thirty seconds."""
    return encode(tmp_path_factory.mktemp("video") / "video.mkv", 30)


def until_lost(items: Iterator[Item], times: int) -> list[CameraLost]:
    return list(islice((item for item in items if isinstance(item, CameraLost)), times))


def test_a_stream_is_read_at_its_own_pace(video):
    with RtspCamera(video) as camera, reading(camera.url()) as items:
        frames = list(islice(items, 2 * RATE))
    assert all(isinstance(frame, Frame) for frame in frames)
    assert frames[0].pixels.shape == (48, 64, 3)
    assert frames[0].source == camera.url()
    assert len({round(level(frame) / 10) for frame in frames}) > RATE / 2
    assert frames[-1].seconds - frames[0].seconds > 1


def test_a_camera_that_offers_udp_alone_is_read_but_not_in_the_clear_with_tls(
    video, certificates, tmp_path
):
    with RtspCamera(video, transport="UDP") as camera:
        assert isinstance(first_frame(camera.url()), Frame)
    pem = tmp_path / "both.pem"
    pem.write_text(certificates.good_key.read_text() + certificates.good.read_text())
    with RtspCamera(video, transport="UDP", login="u:p", pem=str(pem)) as camera:
        source = camera.url("u:p@", scheme="rtsps")
        assert first_loss(source, ca_file=certificates.ca) == "Protocol not supported"


def test_only_the_newest_frame_is_taken_by_a_slow_reader(video):
    with RtspCamera(video) as camera, reading(camera.url()) as items:
        first = next(items)
        time.sleep(2)
        second = next(items)
    assert second.dropped > 2  # of 20
    assert second.seconds - first.seconds > 1


@pytest.mark.parametrize("kind", ["digest", "basic"])
def test_the_password_opens_the_camera_and_is_not_shown(video, kind, password_file, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with RtspCamera(video, login=f"{USER}:{SECRET}", kind=kind) as camera:
        frame = first_frame(camera.url(LOGIN), password_file=password_file)
        with pytest.raises(UserError) as wrong:
            first_frame(camera.url("ad%20min:wr0ng@"))
        with pytest.raises(UserError) as missing:
            first_frame(camera.url())
    assert frame.source == camera.url()
    assert "it refuses the user ad min or the password (401)" in str(wrong.value)
    assert "it asks for a login (401)" in str(missing.value)
    shown = f"{wrong.value} {missing.value} {caplog.text} {capfd.readouterr()}"
    assert "wr0ng" not in shown
    assert SECRET not in shown


def test_a_wrong_path_is_an_error(video):
    with RtspCamera(video) as camera, pytest.raises(UserError, match=r"at this path \(404\)"):
        first_frame(camera.url(path="/nothing"))


def test_a_camera_that_is_killed_is_read_again_when_it_is_back(video):
    camera = RtspCamera(video)
    with camera:
        items = reading(camera.url())
        frames = items.__enter__()
        assert isinstance(next(frames), Frame)
    losses = [item.reason for item in until_lost(frames, 2)]
    with camera:  # at the same port
        assert isinstance(next(item for item in frames if isinstance(item, Frame)), Frame)
    items.__exit__(None, None, None)
    assert f"nothing listens at port {camera.port}; is the port right?" in losses


def test_a_camera_that_stalls_is_opened_again(video):
    with RtspCamera(video) as camera, reading(camera.url(), stall=1.0) as items:
        next(items)
        camera.process.send_signal(signal.SIGSTOP)
        lost = next(item for item in items if isinstance(item, CameraLost))
        camera.process.send_signal(signal.SIGCONT)
        assert isinstance(next(item for item in items if isinstance(item, Frame)), Frame)
    assert lost.reason == "no frame for 1 seconds"


def test_a_stream_that_ends_is_a_loss(tmp_path):
    short = encode(tmp_path / "short.mkv", 2)
    with RtspCamera(short) as camera:
        assert first_loss(camera.url()) == "the camera has ended its stream"


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("good", True, None),
        ("good", False, "its certificate is refused: unable to get local issuer certificate"),
        ("other", True, "its certificate is refused: Hostname mismatch"),
        ("expired", True, "its certificate is refused: certificate has expired"),
    ],
)
def test_the_certificate_is_verified(video, certificates, tmp_path, name, known, reason):
    pem = tmp_path / "both.pem"
    parts = (getattr(certificates, f"{name}_key"), getattr(certificates, name))
    pem.write_text("".join(part.read_text() for part in parts))
    ca_file = certificates.ca if known else None
    with RtspCamera(video, login="u:p", pem=str(pem)) as camera:
        source = camera.url("u:p@", scheme="rtsps")
        if reason is None:
            assert isinstance(first_frame(source, ca_file=ca_file), Frame)
            return
        with pytest.raises(UserError) as caught:
            first_frame(source, ca_file=ca_file)
    assert reason in str(caught.value)


def test_pyav_that_verifies_no_certificate_is_not_used(monkeypatch):
    old = SimpleNamespace(
        VideoFrame=SimpleNamespace(rotation=0), library_versions={"libavformat": (61, 7, 100)}
    )
    monkeypatch.setitem(sys.modules, "av", old)
    with pytest.raises(UserError, match=r"verifies no certificate; .*pip install"):
        first_frame("rtsps://localhost/x")


def test_a_host_that_does_not_answer_is_a_loss(monkeypatch):
    monkeypatch.setattr("emotion_edge.capture.network.camera.FIRST_PICTURE_TIMEOUT_S", 1.0)
    monkeypatch.setitem(rtsp_stream.OPTIONS, "timeout", "2000000")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        loss = first_loss(f"rtsp://localhost:{silent.getsockname()[1]}/x")
    assert loss.startswith("no answer within 1 seconds; is it switched on")


def test_what_does_not_speak_rtsp_is_no_picture():
    with socket.create_server(("127.0.0.1", 0)) as server:
        from emotion_edge.util.timeouts import run_in_thread

        def serve() -> None:
            while True:
                with server.accept()[0] as connection:
                    connection.recv(1000)
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        run_in_thread(serve)
        try:
            found = first_loss(f"rtsp://localhost:{server.getsockname()[1]}/x")
        except UserError as error:
            found = str(error)
    assert found
