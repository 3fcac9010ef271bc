"""Passwords and certificates that the broker or the daemon refuses."""

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PASSWORD, tls_broker


@tls_broker
def test_a_refused_password_is_logged_once_and_never_shown(broker, daemon, changing):
    broker.kill()
    broker.configure("good", allow=False)
    broker.start()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr("refused: Not authorized")
    run.wait_lines(3)
    assert run.stderr.count("refused") == 1
    assert PASSWORD not in run.stderr
    broker.kill()
    broker.configure("good")  # the error was the broker's
    broker.start()
    Listener(broker).wait("availability", "online", timeout_s=45)
    assert run.end()[0] == 0


@tls_broker
@pytest.mark.parametrize(
    ("certificate", "expected"),
    [("expired", "certificate has expired"), ("other", "Hostname mismatch")],
)
def test_an_invalid_certificate_is_not_trusted(broker, daemon, changing, certificate, expected):
    broker.kill()
    broker.configure(certificate)
    broker.start()
    run = daemon("--source", changing, "--to", "-", *broker.options)
    run.wait_stderr(expected)
    run.wait_lines(3)
    assert ": connected" not in run.stderr
    assert run.end()[0] == 0
    assert "mosquitto" in broker.log
    assert "emotion-edge" not in broker.log  # it sent no client id


@tls_broker
def test_an_unknown_authority_is_not_trusted(broker, daemon, changing):
    run = daemon("--source", changing, "--to", broker.url)
    run.wait_stderr("certificate verify failed")
    assert ": connected" not in run.stderr


@tls_broker
def test_an_authority_made_as_mosquitto_documents_it_is_trusted(broker, daemon, changing):
    broker.kill()
    broker.configure("documented")
    broker.start()
    trusted = ("--ca-file", broker.certificates.documented_ca)
    run = daemon("--source", changing, "--to", broker.url, *trusted)
    run.wait_stderr(": connected")
    assert run.end()[0] == 0


@tls_broker
@pytest.mark.parametrize(
    ("host", "authority", "expected"),
    [
        ("localhost", "ca", "certificate verify failed"),
        ("127.0.0.1", "documented_ca", "IP address mismatch"),
    ],
    ids=["another authority", "another name"],
)
def test_it_is_trusted_for_its_own_certificates_and_names_only(
    broker, daemon, changing, host, authority, expected
):
    broker.kill()
    broker.configure("documented")
    broker.start()
    address = broker.url.replace("localhost", host)
    trusted = ("--ca-file", getattr(broker.certificates, authority))
    run = daemon("--source", changing, "--to", address, *trusted)
    run.wait_stderr(expected)
    assert ": connected" not in run.stderr


@tls_broker
def test_a_broker_that_requires_a_client_certificate_gets_ours(broker, daemon, changing):
    broker.kill()
    broker.configure("good", more="")
    text = (broker.folder / "mosquitto.conf").read_text()
    (broker.folder / "mosquitto.conf").write_text(f"{text}require_certificate true\n")
    broker.start()
    bare = daemon("--source", changing, *broker.options)
    bare.wait_stderr("trying again")
    ours = broker.certificates
    run = daemon(
        *("--source", changing, *broker.options),
        *("--client-cert", ours.client, "--client-key", ours.client_key),
    )
    run.wait_stderr(": connected")
    assert ": connected" not in bare.stderr
