"""The password, sessions, and who guesses."""

import socket
from itertools import islice

import pytest

from tests.edge.output.web.asking import (
    Events,
    ask,
    basic,
    connected,
    cookie_of,
    log_in,
    post,
    request,
)
from tests.edge.output.web.conftest import SECRET
from tests.edge.waiting import until

GUARDED = ("/api/state", "/api/events", "/api/snapshot.jpg", "/api/history", "/stream.mjpg", "/x")
FREE = ("/healthz", "/assets/page.css", "/login")


def test_without_the_password_there_is_nothing_but_the_way_in(guarded):
    for path in GUARDED:
        answer = ask(guarded.port, path)
        assert answer.status == 401
        assert answer.json.keys() == {"error"}
        assert "www-authenticate" not in answer.headers
    for path in ("/api/pause", "/api/resume", "/api/faces"):
        assert post(guarded.port, path).status == 401
    assert ask(guarded.port, "/").status == 302
    assert ask(guarded.port, "/").headers["location"] == "/login"
    for path in FREE:
        assert ask(guarded.port, path).status == 200
    assert ask(guarded.port, "/healthz").json == {"status": "ok"}


def test_a_session_lasts_until_the_logout(guarded):
    answer = log_in(guarded.port, SECRET)
    assert answer.status == 200
    name, _, attributes = answer.headers["set-cookie"].partition("=")
    assert name == f"emotion-edge-{guarded.port}"
    assert "; HttpOnly" in attributes
    assert "; SameSite=Strict" in attributes
    assert "; Secure" not in attributes  # the page is served by http
    cookie = cookie_of(answer)
    for _ in range(2):
        assert ask(guarded.port, "/api/state", cookie).status == 200
    assert ask(guarded.port, "/", cookie).status == 200
    assert ask(guarded.port, "/login", cookie).headers["location"] == "/"
    assert post(guarded.port, "/logout", **cookie).status == 200
    assert ask(guarded.port, "/api/state", cookie).status == 401


def is_over(stream: socket.socket) -> bool:
    """Read some more; tell whether there is nothing more."""
    try:
        return not stream.recv(65_536)
    except ConnectionError:
        return True


@pytest.mark.parametrize("more", [{}, {"Authorization": "x"}, basic("correct house")])
def test_a_logout_ends_what_the_session_watches(guarded, more):
    cookie = cookie_of(log_in(guarded.port, SECRET))
    other = cookie_of(log_in(guarded.port, SECRET))
    with connected(guarded.port) as picture, connected(guarded.port) as events:
        host = {"Host": f"localhost:{guarded.port}"}
        picture.sendall(request("GET", "/stream.mjpg", {**host, **cookie, **more}))
        reader = iter(Events(events, guarded.port, **cookie, **more))
        assert next(reader)[0] == "state"
        assert picture.recv(100).startswith(b"HTTP/1.1 200")
        assert post(guarded.port, "/logout", **cookie).status == 200
        until(lambda: is_over(picture), "the end of the picture")
        until(lambda: next(reader, None) is None, "the end of the events")
    assert ask(guarded.port, "/api/state", other).status == 200


def test_a_logout_ends_nothing_that_the_password_has_opened(guarded):
    cookie = cookie_of(log_in(guarded.port, SECRET))
    with connected(guarded.port) as events:
        reader = iter(Events(events, guarded.port, **basic(SECRET)))
        assert post(guarded.port, "/logout", **cookie).status == 200
        states = [data for name, data in islice(reader, 20) if name == "state"]
    assert states


def test_programs_send_the_password_by_basic(guarded):
    assert ask(guarded.port, "/api/state", basic(SECRET)).status == 200
    answer = ask(guarded.port, "/api/state", basic(f"{SECRET} "))
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.json.keys() == {"error"}


def test_what_is_not_basic_is_nobody(guarded):
    for given in ("Basic", "Basic !", "Basic /w==", "Bearer x", "Digest", "Basic bm9jb2xvbg=="):
        assert ask(guarded.port, "/api/state", {"Authorization": given}).status == 401


def test_a_cookie_of_ones_own_opens_nothing(guarded):
    name, value = cookie_of(log_in(guarded.port, SECRET))["Cookie"].split("=", 1)
    other = value[:-1] + ("0" if value[-1] != "0" else "1")
    for cookie in (f"{name}={other}", f"{name}=", f"{name}=2|1:0|1:0|1:x|1:x|0", f"x={value}"):
        assert ask(guarded.port, "/api/state", {"Cookie": cookie}).status == 401


def test_what_is_not_a_login_is_no_attempt(guarded):
    for body in (
        b"",
        b"{}",
        b"[]",
        b'"x"',
        b'{"password": 7}',
        b"\xff",
        b"[" * 9000,
        b"password=x",
    ):
        assert post(guarded.port, "/login", body).status == 400
    assert log_in(guarded.port, SECRET).status == 200


def test_whoever_guesses_waits(guarded):
    assert log_in(guarded.port, "correct house").status == 403
    for attempt in (
        lambda: log_in(guarded.port, SECRET),
        lambda: log_in(guarded.port, "correct hose"),
        lambda: ask(guarded.port, "/api/state", basic(SECRET)),
    ):
        answer = attempt()
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
    assert ask(guarded.port, "/login").status == 200
    guarded.daemon.wait_stderr("1 wrong password(s), the last from 127.0.0.1")


def test_nothing_ever_shows_the_password(guarded):
    log_in(guarded.port, SECRET)
    log_in(guarded.port, "some-guess")
    post(guarded.port, "/login", b'{"password": "some-guess')
    answers = [ask(guarded.port, path).body for path in (*GUARDED, *FREE)]
    for secret in (SECRET, "some-guess"):
        assert secret not in guarded.daemon.stderr
        assert not [answer for answer in answers if secret.encode() in answer]
