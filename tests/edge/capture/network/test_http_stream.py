"""What cameras give by HTTP: MJPEG, one picture each time, JPEGs without anything between."""

import time
from itertools import islice
from threading import Event

import pytest

from emotion_edge.capture.frame import CameraLost
from emotion_edge.errors import UserError
from tests.edge.capture.network.http_camera import (
    HttpCamera,
    jpeg,
    multipart,
    numbered,
    picture,
    send,
)
from tests.edge.capture.network.reading import first_frame, first_loss, level, reading
from tests.edge.pictures import COLOURS


def test_mjpeg_is_read_frame_by_frame():
    with HttpCamera(multipart(numbered(0.03))) as camera, reading(camera.url()) as items:
        frames = list(islice(items, 20))
    levels = [level(frame) for frame in frames]
    assert all(abs(x / 5 - round(x / 5)) < 0.2 for x in levels)
    assert levels == sorted(set(levels))
    assert frames[0].source == camera.url()
    assert len(camera.requests) == 1


def test_a_picture_is_asked_for_again_and_again():
    with HttpCamera(picture("red")) as camera, reading(camera.url("/s?x=1"), fps=20) as items:
        frames = list(islice(items, 5))
    for frame in frames:
        assert abs(frame.pixels.mean(axis=(0, 1)) - COLOURS["red"]).max() < 4
    assert len(camera.requests) >= 5
    assert {path for path, _ in camera.requests} == {"/s?x=1"}
    times = [frame.seconds for frame in frames]
    assert times[-1] - times[0] > 4 * 0.05 * 0.7  # no more often than --fps says


@pytest.mark.parametrize("kind", ["application/octet-stream", "video/x-motion-jpeg"])
def test_jpegs_one_after_the_other_are_read_whatever_their_type(kind):
    with HttpCamera(multipart(numbered(), kind)) as camera, reading(camera.url()) as items:
        assert len(list(islice(items, 5))) == 5


@pytest.mark.parametrize("kind", ["image/jpg", "application/octet-stream", "text/plain"])
def test_a_picture_is_known_by_its_content(kind):
    with HttpCamera(lambda handler: send(handler, kind, jpeg("blue"))) as camera:
        assert first_frame(camera.url()).pixels.shape == (30, 40, 3)


def test_only_the_newest_frame_is_taken_by_a_slow_reader():
    with HttpCamera(multipart(numbered(0.02))) as camera, reading(camera.url()) as items:
        first = next(items)
        time.sleep(1.5)
        second = next(items)
    assert second.dropped > 3  # of 75
    assert second.index == first.index + second.dropped + 1
    assert second.seconds - first.seconds > 0.7  # what came meanwhile is gone


def test_damaged_pictures_are_left_out():
    def pictures():
        for i in range(10_000):
            yield jpeg(100) if i % 2 else b"\xff\xd8\xff\xe0\x00\x04xx\xff\xda\x00\x02zz\xff\xd9"
            time.sleep(0.02)

    with HttpCamera(multipart(pictures)) as camera, reading(camera.url()) as items:
        assert {round(level(frame)) for frame in islice(items, 5)} == {100}


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (
            "text/html",
            b"<html>camera</html>",
            "it gives a web page, not a picture; give the address",
        ),
        ("application/json", b"{}", "it gives application/json, not a picture"),
        ("image/jpeg", b"no", "it gives image/jpeg, not a picture"),
        ("video/mp4", b"no video at all" * 99, "it sends no video that can be read"),
        ("application/octet-stream", b"", "it gives nothing; give the address"),
        ("image/jpeg", b"", "it gives nothing; give the address"),
        ("text/html", b"", "it gives nothing; give the address"),
    ],
)
def test_what_is_no_picture_is_an_error_at_the_start(kind, body, reason):
    camera = HttpCamera(lambda handler: send(handler, kind, body))
    with camera, pytest.raises(UserError) as caught:
        first_frame(camera.url())
    assert str(caught.value).startswith(f"--source {camera.url()}: {reason}")


def test_an_empty_answer_is_told_though_the_connection_stays_open():
    def answer(handler):
        send(handler, "image/jpeg", b"", Connection="keep-alive")
        done.wait(30)

    done = Event()
    with HttpCamera(answer) as camera, pytest.raises(UserError, match="it gives nothing; give"):
        try:
            first_frame(camera.url())
        finally:
            done.set()


@pytest.mark.parametrize(
    ("later", "what"), [(b"<html>please wait</html>", "something else"), (b"", "nothing")]
)
def test_what_is_no_picture_later_is_a_loss_and_the_camera_is_asked_again(later, what):
    answers = iter([jpeg(50), jpeg(50), later])

    def answer(handler):
        send(handler, "image/jpeg", next(answers, jpeg(200)))

    with HttpCamera(answer) as camera, reading(camera.url(), fps=10) as items:
        seen = []
        for item in items:
            seen.append(item)
            if len(seen) > 1 and isinstance(seen[-2], CameraLost):
                break
    lost = seen[-2]
    assert lost.reason == f"it gives {what} instead of a picture"
    assert (level(seen[0]), round(level(seen[-1]))) == (50, 200)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "there is nothing at this path (404)"), (403, "it refuses this user (403)")],
)
def test_a_wrong_path_is_an_error_at_the_start(status, reason):
    camera = HttpCamera(lambda handler: send(handler, "text/html", b"", status))
    with camera, pytest.raises(UserError) as caught:
        first_frame(camera.url())
    assert reason in str(caught.value)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_camera_that_is_busy_is_asked_again(status):
    with HttpCamera(lambda handler: send(handler, "text/html", b"", status)) as camera:
        assert first_loss(camera.url()) == (
            f"it answers with an error ({status}), so it may be busy"
        )
