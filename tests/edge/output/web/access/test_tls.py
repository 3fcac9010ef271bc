"""The page by https."""

import os
import shutil
import signal
import ssl

import pytest

from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.output.web.asking import ask, connected, log_in, read_all
from tests.edge.output.web.conftest import SECRET
from tests.edge.waiting import until

pytest.importorskip("tornado")


@pytest.fixture
def encrypted(daemon, changing, certificates):
    """A function that starts a daemon with a certificate, and returns it and its port."""

    def start(*options: object, certificate: object = certificates.good):
        port = free_port()
        where = ("--web", port, "--web-certificate", certificate)
        run = daemon("--source", changing, *where, *options)
        run.wait_stderr("the page: https://")
        until(lambda: run.stdout, "the first frame")
        return run, port

    return start


def test_the_page_is_encrypted(encrypted, certificates, password):
    key = certificates.good_key
    _, port = encrypted("--web-key", key, "--web-password-file", password)
    host = {"Host": f"localhost:{port}"}
    assert ask(port, "/healthz", host, trust=certificates.ca).status == 200
    with connected(port) as connection:  # without TLS
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" not in read_all(connection)
    answer = log_in(port, SECRET, trust=certificates.ca)
    assert "; Secure" in answer.headers["set-cookie"]


def test_a_client_that_never_ends_its_handshake_keeps_nobody_out(encrypted, certificates):
    _, port = encrypted("--web-key", certificates.good_key)
    with connected(port), connected(port) as broken:
        broken.sendall(b"\x16\x03\x01\x02\x00garbage")
        assert ask(port, "/healthz", trust=certificates.ca).status == 200


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("expired", "it has expired, so browsers warn of the page; renew it"),
        ("good", "it expires on 20"),  # it is for nine days
    ],
)
def test_dates_of_the_certificate_are_warned_of(encrypted, certificates, name, warning):
    certificate, key = getattr(certificates, name), getattr(certificates, f"{name}_key")
    run, _ = encrypted("--web-key", key, certificate=certificate)
    assert f"--web-certificate {certificate}: {warning}" in run.stderr


def test_a_new_certificate_is_taken_by_a_reload(encrypted, certificates, tmp_path):
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"

    def place(name: str) -> None:
        shutil.copy(getattr(certificates, name), pem)
        shutil.copy(getattr(certificates, f"{name}_key"), key)

    place("expired")
    run, port = encrypted("--web-key", key, certificate=pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(port, "/healthz", trust=certificates.ca)
    pem.write_text("half a file")
    os.kill(run.process.pid, signal.SIGHUP)
    run.wait_stderr("keeping the present certificate: --web-certificate")
    place("good")
    os.kill(run.process.pid, signal.SIGHUP)
    until(lambda: trusted(port, certificates.ca), "the new certificate")
    assert ask(port, "/healthz", trust=certificates.ca).status == 200


def test_a_new_certificate_is_taken_although_the_model_is_gone(encrypted, certificates, tmp_path):
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    model = shutil.copy(INT8, tmp_path / "model.tflite")
    shutil.copy(certificates.expired, pem)
    shutil.copy(certificates.expired_key, key)
    run, port = encrypted("--web-key", key, "--model", model, certificate=pem)
    shutil.copy(certificates.good, pem)
    shutil.copy(certificates.good_key, key)
    model.unlink()
    os.kill(run.process.pid, signal.SIGHUP)
    run.wait_stderr("keeping the present model: ")
    until(lambda: trusted(port, certificates.ca), "the new certificate")


def test_half_a_renewal_changes_nothing(encrypted, certificates, tmp_path):
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(certificates.good, pem)
    shutil.copy(certificates.good_key, key)
    run, port = encrypted("--web-key", key, certificate=pem)
    shutil.copy(certificates.expired, pem)  # and its key has not come yet
    os.kill(run.process.pid, signal.SIGHUP)
    run.wait_stderr("keeping the present certificate: --web-certificate")
    assert ask(port, "/healthz", trust=certificates.ca).status == 200
    shutil.copy(certificates.good, pem)
    key.write_text("half a file")
    os.kill(run.process.pid, signal.SIGHUP)
    until(lambda: run.stderr.count("keeping the present certificate") == 2, "the other half")
    assert ask(port, "/healthz", trust=certificates.ca).status == 200


def trusted(port: int, authority: object) -> bool:
    try:
        with connected(port, authority):
            return True
    except ssl.SSLError:
        return False


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--web-certificate", "{good}"), "needs --web-key"),
        (("--web-certificate", "{good}", "--web-key", "{expired_key}"), "not a certificate"),
        (("--web-certificate", "{none}"), "cannot read it: No such file"),
        (
            ("--web-certificate", "{good}", "--web-key", "{folder}"),
            "Is a directory",
        ),
        (("--web-key", "{good_key}"), "--web-key needs --web-certificate"),
    ],
)
def test_what_cannot_be_used_is_refused(certificates, changing, options, reason):
    class Names:
        def __getitem__(self, name: str) -> object:
            return certificates.folder if name == "folder" else getattr(certificates, name)

    words = [word.format_map(Names()) for word in options]
    start = ("run", "--model", INT8, "--faces", "off", "--source", changing, "--web")
    result = edge(*start, *words)
    assert result.returncode == 2
    assert reason in own_lines(result.stderr)[-1]
