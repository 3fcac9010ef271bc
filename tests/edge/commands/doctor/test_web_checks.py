"""Doctor checks the page: library, address, password and certificate."""

import socket

import pytest

from emotion_edge.commands.doctor.web_checks import page
from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge_without
from tests.edge.commands.doctor.helpers import parse_settings, run_doctor

pytest.importorskip("tornado")


def check(*options: object) -> list[tuple[str, str, str]]:
    """Return status, finding and remedy of each finding about the page."""
    settings = parse_settings("--web", f"127.0.0.1:{free_port()}", *options).output.web
    return [finding[1:] for finding in page(settings)]


@pytest.fixture
def password(tmp_path):
    """The file of a password."""
    path = tmp_path / "password"
    path.write_text("correct horse")
    path.chmod(0o600)
    return path


def test_a_page_that_can_be_served_is_fine(password):
    ((status, found, _),) = check("--web-password-file", password)
    assert status == "ok"
    assert "nobody else listens there" in found


def test_an_address_in_use_is_reported():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = run_doctor("--web", f"127.0.0.1:{port}", code=1)["page"]
    assert found["found"] == f"--web 127.0.0.1:{port}: Address already in use"
    assert "systemctl stop emotion-edge" in found["remedy"]


def test_a_page_for_others_without_a_password_is_reported():
    found = run_doctor("--web", f"0.0.0.0:{free_port()}", code=1)["page"]
    assert "everybody who reaches this computer could watch" in found["found"]
    assert "--web-password-file" in found["remedy"]


def test_a_password_that_others_can_read_is_warned_of(password):
    password.chmod(0o640)
    (_, (status, found, remedy)) = check("--web-password-file", password)
    assert (status, remedy) == ("warn", f"chmod 600 {password}")
    assert found == f"{password}: others than its owner can use it"


def test_a_password_that_leaves_this_computer_in_the_clear_is_warned_of(password):
    address = f"0.0.0.0:{free_port()}"
    (_, (status, found, _)) = check("--web", address, "--web-password-file", password)
    assert status == "warn"
    assert "unencrypted" in found


@pytest.mark.parametrize(
    ("certificate", "status", "expected"),
    [("expired", "fail", "it has expired"), ("good", "warn", "it expires on 20")],
)
def test_the_certificate_s_dates_are_judged(certificates, certificate, status, expected):
    key = getattr(certificates, f"{certificate}_key")
    pem = getattr(certificates, certificate)
    (_, (found_status, found, remedy)) = check("--web-certificate", pem, "--web-key", key)
    assert (found_status, "renew" in remedy) == (status, True)
    assert expected in found


def test_a_key_that_does_not_fit_is_reported(certificates):
    pem, key = certificates.good, certificates.expired_key
    options = ("--web", free_port(), "--web-certificate", pem, "--web-key", key)
    found = run_doctor(*options, code=1)["page"]
    assert "not a certificate and its key" in found["found"]


def test_without_tornado_doctor_says_how_to_install_it():
    result = edge_without("tornado", "doctor", "--web")
    assert "fail  page: tornado is not installed -> " in result.stdout
