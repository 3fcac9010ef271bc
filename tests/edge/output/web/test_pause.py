"""A pause: nothing that the camera saw leaves after it, whatever was on its way."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.web.hub import Reader, Said
from tests.edge.output.web.asking import Events, ask, connected, post, request
from tests.edge.output.web.served import Served
from tests.edge.results import face, frame_result
from tests.edge.waiting import until

EARLY, LATE = b"\xff\xd8early\xff\xd9", b"\xff\xd8late\xff\xd9"


def pause_by_page(page: Served) -> None:
    """Pause as the page's POST does."""
    page.site.pause(paused=True)


def pause_by_broker(page: Served) -> None:
    """Pause as a broker's thread does."""
    page.stats.paused = True


def waits(page: Served, kind: str) -> bool:
    """Tell whether somebody waits for a picture that has not come."""
    waiting = tuple(page.site.picture_hub._waiting[kind])
    return any(not future.done() for future in waiting)


BOTH = pytest.mark.parametrize("pause", [pause_by_page, pause_by_broker])


@BOTH
def test_a_line_that_waits_is_not_sent_after_the_pause(served, pause):
    page = served()
    page.see("red")
    with connected(page.port) as reading:
        events = iter(Events(reading, page.port))
        assert next(events)[1]["faces"][0]["label"] == "red"
        page.see("blue")
        assert next(data for name, data in events if name == "line")["label"] == "blue"
        page.at_once(lambda: page.see("green"), lambda: pause(page))
        page.tell_pause()
        seen = []
        for name, data in events:
            seen.append((name, data))
            if name == "line":
                break
    assert seen[-1][1]["reason"] == "paused"  # this line has to come
    faces = [face for name, data in seen if name == "state" for face in data["faces"]]
    assert "green" not in [face["label"] for face in faces]  # the earlier one may be on its way


@BOTH
def test_a_picture_that_waits_is_not_sent_after_the_pause(served, pause):
    page = served()
    with connected(page.port) as watching:
        watching.sendall(request("GET", "/stream.mjpg", {"Host": "localhost"}))
        file, hub = watching.makefile("rb"), page.site.picture_hub
        until(lambda: waits(page, "stream"), "a viewer who waits")
        page.at_once(lambda: hub.deliver("stream", EARLY), lambda: pause(page))
        until(lambda: waits(page, "stream"), "the viewer, who waits for the next one")
        page.stats.paused = False
        page.at_once(lambda: hub.deliver("stream", LATE))
        lines = list(takewhile(lambda line: b"late" not in line, file))
    assert not [line for line in lines if b"early" in line]


@BOTH
def test_a_snapshot_that_waits_is_not_sent_after_the_pause(served, pause):
    page = served()
    page.see("red")
    hub = page.site.picture_hub
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, page.port, "/api/snapshot.jpg")
        until(lambda: waits(page, "snapshot"), "somebody who waits")
        page.at_once(lambda: hub.deliver("snapshot", EARLY), lambda: pause(page))
        assert answer.result(60).status == 404
        assert "paused" in answer.result().json["error"]


@BOTH
def test_the_state_has_no_face_after_the_pause(served, pause):
    page = served()
    page.see("red")
    assert ask(page.port, "/api/state").json["faces"][0]["label"] == "red"
    page.at_once(lambda: pause(page))
    state = ask(page.port, "/api/state").json
    assert (state["paused"], state["faces"], state["frame"]) == (True, [], None)


def test_what_was_seen_before_a_pause_is_not_shown_after_it(served):
    page = served()
    page.see("red")
    assert post(page.port, "/api/pause").status == 200
    page.stats.paused = False  # a broker resumes before there is a frame
    assert ask(page.port, "/api/state").json["faces"] == []


def test_a_frame_from_before_a_broker_s_pause_is_not_shown_after_it(served):
    page = served()
    page.stats.paused = True
    page.see("red")
    page.stats.paused = False
    assert ask(page.port, "/api/state").json["faces"] == []


def test_a_pause_does_not_come_while_a_frame_is_taken_in(served):
    entered, leave = threading.Event(), threading.Event()

    class Slow:
        def __iter__(self) -> Iterator[int]:
            """Take its time: lines are made of this."""
            entered.set()
            assert leave.wait(30)
            return iter(())

    page, slow = served(), frame_result(face("red", 1), ended=Slow())
    with connected(page.port) as reading, ThreadPoolExecutor(2) as pool:
        events = iter(Events(reading, page.port))
        next(events)
        publishing = pool.submit(page.see, "red", slow)
        assert entered.wait(30)
        pausing = pool.submit(post, page.port, "/api/pause")
        with pytest.raises(TimeoutError):
            pausing.result(1)
        leave.set()
        publishing.result(30)
        assert pausing.result(30).json == {"paused": True}
        page.tell_pause()
        line = next(data for name, data in events if name == "line")
    assert line["reason"] == "paused"


def test_what_waits_for_a_slow_reader_is_forgotten_for_good():
    async def read() -> None:
        hidden = False
        reader = Reader(lambda: hidden)
        line, state = Said("line", "a face", seen=True), Said("state", "a face", seen=True)
        notice = Said("line", "paused", seen=False)
        reader.put([line], [state])
        assert await reader.take(1) == [line, state]
        reader.put([line], [state])
        hidden = True
        assert await reader.take(1) == []
        hidden = False
        reader.put([line], [state])
        hidden = True
        reader.put([line, notice], [])
        hidden = False
        assert await reader.take(1) == [notice]

    asyncio.run(read())
