"""Cameras that vanish, stall, or send what never ends: every loss is said, and nothing piles up."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.network import camera as network_camera
from emotion_edge.capture.source import open_source
from emotion_edge.errors import UserError
from emotion_edge.util.timeouts import run_in_thread
from tests.edge.brokers.mosquitto import free_port
from tests.edge.capture.network import http_camera as http
from tests.edge.capture.network.reading import first_frame, first_loss, level, reading
from tests.edge.waiting import TIMEOUT_S, until


def head(handler, **headers: str) -> None:
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


@pytest.fixture
def impatient(monkeypatch):
    """Wait three seconds for the first picture."""
    monkeypatch.setattr(network_camera, "FIRST_PICTURE_TIMEOUT_S", 3.0)


def test_a_camera_that_is_killed_is_read_again_when_it_is_back():
    with http.HttpCamera(http.multipart(http.numbered())) as camera:
        port, items = camera.port, reading(camera.url())
        frames = items.__enter__()
        assert isinstance(next(frames), Frame)
    lost = next(item for item in frames if isinstance(item, CameraLost))
    assert lost.reason == "the camera has ended its stream"
    again = next(item for item in frames if isinstance(item, CameraLost))
    assert again.reason == f"nothing listens at port {port}; is the port right?"
    assert again.retry == 2 * lost.retry
    with http.HttpCamera(http.multipart(http.numbered()), port=port):
        back = next(item for item in frames if isinstance(item, Frame))
    assert back.source == lost.source
    items.__exit__(None, None, None)


def test_a_camera_that_is_not_there_yet_is_waited_for():
    port = free_port()
    with reading(f"http://localhost:{port}/s") as items:
        assert isinstance(next(items), CameraLost)
        with http.HttpCamera(http.picture(), port=port):
            assert isinstance(next(item for item in items if isinstance(item, Frame)), Frame)


def test_a_camera_that_stalls_in_the_middle_of_a_frame_is_opened_again():
    def answer(handler):
        head(handler, Content_Type=f"multipart/x-mixed-replace; boundary={http.BOUNDARY}")
        handler.wfile.write(http.jpeg(80) * 3 + http.jpeg(90)[:300])
        left.append(handler.rfile.read(1))

    left: list[bytes] = []
    with http.HttpCamera(answer) as camera, reading(camera.url(), stall=1.0) as items:
        seen = []
        for item in items:
            seen.append(item)
            if len([each for each in seen if isinstance(each, CameraLost)]) == 2:
                break
        assert {each.reason for each in seen if isinstance(each, CameraLost)} == {
            "no frame for 1 seconds"
        }
        assert len(camera.requests) == 2
        until(lambda: left == [b"", b""], "both connections to end")


def test_headers_that_never_end_are_not_waited_for(impatient):
    def answer(handler):
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
            while not handler.camera.broken.is_set():
                handler.wfile.write(b"x")
                time.sleep(0.05)
        left.append(handler.camera.broken.is_set())

    left: list[bool] = []
    with http.HttpCamera(answer) as camera:
        assert first_loss(camera.url()).startswith("no answer within 3 seconds; is it switched on")
        until(lambda: left == [False], "the connection to end")


def test_ten_thousand_headers_are_refused():
    def answer(handler):
        head(handler, **{f"X{i}": "y" for i in range(10_000)})

    with http.HttpCamera(answer) as camera:
        assert "its answer is not HTTP as it must be" in first_loss(camera.url())


def test_a_host_that_does_not_answer_is_said(impatient):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for scheme in ("http", "https"):
            loss = first_loss(f"{scheme}://localhost:{silent.getsockname()[1]}/x")
            assert loss.startswith("no answer within 3 seconds")


def test_a_camera_that_answers_but_sends_no_picture_is_said(impatient):
    def answer(handler):
        head(handler, Content_Type=f"multipart/x-mixed-replace; boundary={http.BOUNDARY}")
        handler.camera.broken.wait(60)

    with http.HttpCamera(answer) as camera:
        loss = first_loss(camera.url())
        assert loss == "it answers, but no whole picture came within 3 seconds"


def test_a_huge_length_takes_no_memory_and_is_a_loss(impatient):
    def answer(handler):
        head(handler, Content_Type="image/jpeg", Content_Length=str(10**15))
        handler.wfile.write(http.jpeg(80))
        handler.camera.broken.wait(60)

    with http.HttpCamera(answer) as camera:
        assert "no whole picture came" in first_loss(camera.url())


def test_a_picture_without_an_end_is_a_loss(monkeypatch):
    monkeypatch.setattr("emotion_edge.capture.network.http_stream.MAX_BYTES", 1 << 20)

    def answer(handler):
        head(handler, Content_Type="image/jpeg")
        with suppress(OSError):
            while not handler.camera.broken.is_set():
                handler.wfile.write(http.jpeg(80) * 20)

    with http.HttpCamera(answer) as camera:
        assert first_loss(camera.url()) == "a picture of more than 1 MB"


def test_redirects_are_followed_but_not_in_a_circle():
    def answer(handler):
        if handler.path == "/moved":
            http.send(handler, "text/html", b"", 302, Location="/video")
        elif handler.path.startswith("/circle"):
            http.send(handler, "text/html", b"", 302, Location=f"/circle{len(handler.path)}")
        else:
            http.picture(90)(handler)

    with http.HttpCamera(answer) as camera:
        assert level(first_frame(camera.url("/moved"))) == 90
        with pytest.raises(UserError, match="its redirects lead nowhere"):
            first_frame(camera.url("/circle"))


def test_a_redirect_to_a_file_of_this_computer_is_not_followed():
    def answer(handler):
        http.send(handler, "text/html", b"", 302, Location="file:///etc/passwd")

    with http.HttpCamera(answer) as camera, pytest.raises(UserError, match="lead nowhere"):
        first_frame(camera.url())


@pytest.mark.parametrize("noise", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00" * 100, b""])
def test_what_does_not_speak_http_is_a_loss(noise):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    with server.accept()[0] as connection:
                        connection.recv(1000)
                        connection.sendall(noise)

        threading.Thread(target=serve, daemon=True).start()
        loss = first_loss(f"http://localhost:{server.getsockname()[1]}/x")
    assert loss.startswith("its answer is not HTTP" if noise else "it ends the connection")


def test_it_ends_without_an_error_while_it_waits_for_a_camera():
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        items = open_source(f"http://localhost:{silent.getsockname()[1]}/x", stop=stop)
        waiting = run_in_thread(lambda: list(items))
        with silent.accept()[0]:
            stop.set()
            assert waiting.result(TIMEOUT_S) == []
