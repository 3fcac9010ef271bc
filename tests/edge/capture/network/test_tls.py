"""Cameras by https: the certificate is verified."""

import ssl
from pathlib import Path

import pytest

from emotion_edge.capture.network.address import parse_camera_address
from emotion_edge.capture.network.problems import RefusedError, connection_error
from emotion_edge.errors import UserError
from tests.edge.capture.network.http_camera import HttpCamera, picture, send
from tests.edge.capture.network.reading import first_frame, level


@pytest.fixture
def serve(certificates):
    """A function that returns a camera with the certificate of a name."""

    def make(name: str, answer=None):
        pair = (getattr(certificates, name), getattr(certificates, f"{name}_key"))
        return HttpCamera(answer or picture(70), certificate=pair)

    return make


def test_a_certificate_of_a_known_authority_is_accepted(serve, certificates):
    with serve("good") as camera:
        assert level(first_frame(camera.url(scheme="https"), ca_file=certificates.ca)) == 70


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("good", False, "its certificate is refused: unable to get local issuer certificate"),
        ("other", True, "its certificate is refused: Hostname mismatch"),
        ("expired", True, "its certificate is refused: certificate has expired"),
    ],
)
def test_another_certificate_is_an_error(serve, certificates, name, known, reason):
    ca_file = certificates.ca if known else None
    with serve(name) as camera, pytest.raises(UserError) as caught:
        first_frame(camera.url(scheme="https"), ca_file=ca_file)
    assert reason in str(caught.value)
    assert "--source-ca-file" in str(caught.value)
    assert not camera.requests


def test_tls_where_there_is_none_is_an_error():
    with HttpCamera(picture()) as camera, pytest.raises(UserError) as caught:
        first_frame(camera.url(scheme="https"))
    assert "no TLS connection" in str(caught.value)
    assert "is it http:// at this port?" in str(caught.value)


def test_a_redirect_to_an_address_without_tls_is_not_followed(serve, certificates):
    with HttpCamera(picture()) as open_one:

        def answer(handler):
            send(handler, "text/html", b"", 302, Location=open_one.url())

        with serve("good", answer) as camera, pytest.raises(UserError, match="without TLS"):
            first_frame(camera.url(scheme="https"), ca_file=certificates.ca)
    assert not open_one.requests


def test_a_certificate_of_the_future_is_waited_for_because_a_pi_starts_without_a_clock():
    error = ssl.SSLCertVerificationError("")
    error.verify_code, error.verify_message = 9, "certificate is not yet valid"
    found = connection_error(error, parse_camera_address("https://cam/x"))
    assert not isinstance(found, RefusedError)
    assert "is the clock here wrong?" in str(found)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_certificates_is_an_error_at_the_start(tmp_path: Path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    for scheme in ("https", "rtsps"):
        with pytest.raises(UserError, match=f"--source-ca-file {path}: "):
            first_frame(f"{scheme}://localhost/x", ca_file=path)
