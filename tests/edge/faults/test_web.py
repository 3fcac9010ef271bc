"""Faults of the page's server: the port, the certificate, clients that vanish."""

import socket
import struct

import pytest

from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.output.web.asking import connected, request
from tests.edge.output.web.browser.sites import Site
from tests.edge.waiting import until

pytest.importorskip("tornado")


def test_a_port_in_use_is_a_failure_that_names_it(changing):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        source = ("--faces", "off", "--source", changing)
        result = edge("run", "--model", INT8, *source, "--web", port)
    assert result.returncode == 1
    assert own_lines(result.stderr)[-1] == (
        f"emotion-edge: error: --web 127.0.0.1:{port}: cannot listen there: Address already in use"
    )
    assert result.stdout == ""


def test_an_address_of_another_computer_is_a_failure(changing, tmp_path):
    password = tmp_path / "password"
    password.write_text("correct horse")
    where = ("--web", "192.0.2.1:8080", "--web-password-file", password)
    result = edge("run", "--model", INT8, "--faces", "off", "--source", changing, *where)
    assert result.returncode == 1
    assert "cannot listen there: Cannot assign requested address" in result.stderr


def test_an_expired_certificate_is_said_and_the_daemon_works(daemon, changing, certificates):
    pem, key = certificates.expired, certificates.expired_key
    where = ("--web", free_port(), "--web-certificate", pem, "--web-key", key)
    run = daemon("--source", changing, *where)
    run.wait_stderr("it has expired, so browsers warn of the page; renew it")
    run.wait_lines(2)
    assert run.end()[0] == 0


def test_clients_that_vanish_leave_nothing(daemon, changing):
    site = Site(daemon, "--source", changing)
    for path in ("/stream.mjpg", "/api/events", "/api/snapshot.jpg", "/api/state") * 10:
        with connected(site.port) as connection:
            connection.sendall(request("GET", path, {"Host": "localhost"}))
            connection.recv(100)
            # Close by a reset, in the middle of an answer.
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    until(lambda: site.get("/api/state")["viewers"] == 0, "nobody watching")
    assert "Traceback" not in site.daemon.stderr
    assert site.daemon.end()[0] == 0
