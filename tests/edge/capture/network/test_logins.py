"""Logins at cameras: basic and digest, where the password comes from, and that nobody sees it."""

import logging

import pytest

from emotion_edge.errors import UserError
from tests.edge.capture.network.http_camera import (
    SECRET,
    HttpCamera,
    asks_basic,
    asks_digest,
    picture,
    send,
)
from tests.edge.capture.network.reading import first_frame, first_loss, level

LOGIN = "ad%20min@"
KINDS = {
    "basic": asks_basic(picture(70)),
    "digest": asks_digest(picture(70)),
    "digest without qop": asks_digest(picture(70), qop=""),
    "digest by SHA-256": asks_digest(picture(70), "SHA-256"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_password_of_a_file_opens_the_camera(kind, password_file, caplog):
    caplog.set_level(logging.DEBUG)
    with HttpCamera(KINDS[kind]) as camera:
        frame = first_frame(camera.url(login=LOGIN), password_file=password_file)
        assert level(frame) == 70
        assert frame.source == camera.url()  # neither user nor password
    if "digest" in kind:  # basic would send the password itself
        assert not any((given or "").startswith("Basic") for _, given in camera.requests)
    assert SECRET not in caplog.text


def test_the_password_of_systemd_opens_the_camera(password_file, monkeypatch):
    password_file.rename(password_file.with_name("emotion-edge.source-password"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(password_file.parent))
    with HttpCamera(KINDS["basic"]) as camera:
        assert level(first_frame(camera.url(login=LOGIN))) == 70


def test_the_password_of_the_address_opens_the_camera():
    login = "ad%20min:p%40ss%3Aw%2F%C3%B6%23%3F@"
    with HttpCamera(KINDS["basic"]) as camera:
        assert level(first_frame(camera.url(login=login))) == 70


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_tried_once_and_is_an_error(kind):
    with HttpCamera(KINDS[kind]) as camera, pytest.raises(UserError) as caught:
        first_frame(camera.url(login="ad%20min:wr0ng@"))
    assert "it refuses the user ad min or the password (401)" in str(caught.value)
    assert "wr0ng" not in str(caught.value)
    assert [given is not None for _, given in camera.requests] == [False, True]  # or it is locked


def test_a_camera_that_asks_for_a_login_is_an_error_that_says_where_to_write_it():
    with HttpCamera(KINDS["basic"]) as camera, pytest.raises(UserError) as caught:
        first_frame(camera.url())
    assert "it asks for a login (401); write http://USER@localhost..." in str(caught.value)
    assert "--source-password-file PATH" in str(caught.value)


def test_a_login_that_is_refused_later_is_a_loss():
    free = iter([picture()])

    def answer(handler):
        next(free, asks_basic(picture()))(handler)

    with HttpCamera(answer) as camera:
        loss = first_loss(camera.url(login="me:wr0ng@"), fps=10)
    assert loss.startswith("it refuses the user me or the password (401)")
    assert "wr0ng" not in loss


def test_another_host_does_not_get_the_login():
    with HttpCamera(KINDS["basic"]) as other:

        def answer(handler):
            send(handler, "text/html", b"", 302, Location=other.url())

        with HttpCamera(asks_basic(answer)) as camera, pytest.raises(UserError, match="401"):
            first_frame(camera.url(login="ad%20min:p%40ss%3Aw%2F%C3%B6%23%3F@"))
    assert [given for _, given in other.requests] == [None]


@pytest.mark.parametrize(
    ("login", "given", "reason"),
    [
        ("me@", False, "there is no password for the user me"),
        ("", True, "the address in --source has no user"),
        ("me:x@", True, "the address in --source has a password already"),
    ],
)
def test_a_password_that_is_missing_or_for_nobody_is_an_error(login, given, reason, password_file):
    with pytest.raises(UserError, match=reason):
        first_frame(f"http://{login}localhost/x", password_file=password_file if given else None)
