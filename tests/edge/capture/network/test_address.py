"""Addresses of network cameras: what is read, what is refused, and that no password is shown."""

import pytest

from emotion_edge.capture.network.address import is_network_camera, parse_camera_address
from emotion_edge.errors import UserError, mask


@pytest.mark.parametrize(
    ("source", "shown", "user", "password"),
    [
        ("rtsp://cam", "rtsp://cam/", None, None),
        ("RTSP://Cam:8554/live?x=1", "rtsp://cam:8554/live?x=1", None, None),
        ("http://me@cam/a", "http://cam/a", "me", None),
        ("http://me:@cam/a", "http://cam/a", "me", ""),
        ("rtsps://me:S%40%3A%2F@[fd00::1]:322/a", "rtsps://[fd00::1]:322/a", "me", "S@:/"),
        ("http://m%20e:S:S@cam/a", "http://cam/a", "m e", "S:S"),
        ("https://cam/x?user=me&pwd=S&n=1", "https://cam/x?user=me&pwd=********&n=1", None, None),
        ("http://cam/x?usr=me&loginpas=S", "http://cam/x?usr=me&loginpas=********", None, None),
        ("http://cam/x?auth=S", "http://cam/x?auth=********", None, None),
        (
            "rtsp://cam/user=me&password=S&a=1",
            "rtsp://cam/user=me&password=********&a=1",
            None,
            None,
        ),
        (
            "rtsp://cam/user=me_password=S_a=0.sdp?b",
            "rtsp://cam/user=me_password=********?b",
            None,
            None,
        ),
        ("http://cam/bild ä.jpg".replace(" ", "%20"), "http://cam/bild%20%C3%A4.jpg", None, None),
    ],
)
def test_an_address_is_read_and_shown_without_its_login(source, shown, user, password):
    address = parse_camera_address(source)
    assert (address.shown, address.user, address.password) == (shown, user, password)
    assert "S" not in repr(address).replace(address.target, "")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("rtsp://", "there is no host in it"),
        ("rtsp:///stream", "there is no host in it"),
        ("http://cam:x/", "its host or port is none"),
        ("http://cam:0/", "its port is none"),
        ("http://cam:99999/", "its host or port is none"),
        ("http://[cam/", "its host or port is none"),
        ("http://cam/a b", "a space or an invisible character"),
        ("http://cam/a#b", "# has no meaning"),
        ("rtsp://me:SE/CRET@cam/x", "a / ? or # stands before its @"),
        ("rtsp://me:SE#CRET@cam/x", "a / ? or # stands before its @"),
        ("rtsp://me:SE?CRET@cam/x", "a / ? or # stands before its @"),
        ("rtsp://me:SE@CRET@cam/x", "it has two @"),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_password(source, reason):
    with pytest.raises(UserError) as caught:
        parse_camera_address(source)
    assert reason in str(caught.value)
    assert "SE" not in str(caught.value)
    assert "CRET" not in str(caught.value)


def test_an_address_with_a_login_is_made_for_a_library_that_takes_no_other():
    address = parse_camera_address("rtsp://m%20e@cam:554/a?b=1")
    assert address.with_login("p@s:/ö") == "rtsp://m%20e:p%40s%3A%2F%C3%B6@cam:554/a?b=1"
    assert address.with_login("") == "rtsp://m%20e@cam:554/a?b=1"
    assert mask(address.with_login("secret")) == "rtsp://m%20e:********@cam:554/a?b=1"


@pytest.mark.parametrize("source", ["http:/cam/x", "cam/x", "rtmp://cam/x", "http", "-", "v4l2:/x"])
def test_other_sources_are_no_addresses(source):
    assert not is_network_camera(source)
