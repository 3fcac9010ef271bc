"""The addresses on which --metrics listens."""

import http.client
import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from emotion_edge.output.metrics_server import MAX_CONNECTIONS, TIMEOUT_S
from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.output.scraping import red_source, scrape, scrape_first, scrape_until
from tests.edge.waiting import until


def test_a_port_in_use_is_one_line_and_exit_code_1(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        source = red_source(tmp_path / "red")
        result = edge("run", "--model", INT8, "--source", source, "--metrics", address)
    assert result.returncode == 1
    assert result.stdout == ""
    assert own_lines(result.stderr)[-1] == (
        f"emotion-edge: error: --metrics {address}: cannot listen there: Address already in use"
    )


def test_an_unknown_host_is_one_line_and_exit_code_1(tmp_path):
    source = red_source(tmp_path / "red")
    result = edge("run", "--model", INT8, "--source", source, "--metrics", "no.such.invalid:9")
    assert result.returncode == 1
    assert "--metrics no.such.invalid:9: cannot listen there: " in own_lines(result.stderr)[-1]


@pytest.mark.parametrize(
    "address",
    ["0", "65536", "-1", "http", ":9100", "host:", "host", "http://host:9", "host:9/m", "::1:9"],
)
def test_a_bad_address_is_exit_code_2(address):
    result = edge("run", "--model", INT8, "--source", "x", f"--metrics={address}")
    assert result.returncode == 2
    assert f"{address!r} is not HOST:PORT, nor a port of 1 to 65535" in result.stderr


def test_without_a_host_it_listens_on_loopback_only(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    with pytest.raises(ConnectionRefusedError):
        scrape(port, "127.0.0.2")  # another address of this machine


def test_it_listens_on_every_interface_on_request(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", f"0.0.0.0:{port}")
    scrape_first(port)
    assert "emotion_edge_streaming" in scrape(port, "127.0.0.2")


def test_a_silent_client_blocks_neither_others_nor_the_end(daemon, tmp_path):
    port = free_port()
    run = daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    with socket.create_connection(("127.0.0.1", port)):
        scrape_until(port, lambda now: now["emotion_edge_frames_total"] >= 5)
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(2) == 0


def test_the_port_is_free_after_the_end(daemon, tmp_path):
    port = free_port()
    for _ in range(2):
        run = daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
        scrape_first(port)
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(30) == 0


@pytest.mark.parametrize("sent", [b"", b"GET /metrics HTTP/1.1\r\nX: "])
def test_it_serves_while_900_connections_are_held(sent, daemon, tmp_path):
    port = free_port()
    run = daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    tasks = Path(f"/proc/{run.process.pid}/task")
    before = len(list(tasks.iterdir()))
    with ExitStack() as held:
        for i in range(900):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(sent)
            if i % 100 == 99:
                assert scrape(port)["emotion_edge_frames_total"] >= 0
        assert len(list(tasks.iterdir())) <= before + MAX_CONNECTIONS + 1


def test_a_client_that_goes_on_slowly_is_ended(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as connection, suppress(ConnectionError):
        while time.monotonic() - start < 3 * TIMEOUT_S:
            connection.sendall(b"G")
            time.sleep(0.2)
    assert time.monotonic() - start < TIMEOUT_S + 3


def test_a_long_request_is_not_read_to_its_end(daemon, tmp_path):
    port = free_port()
    run = daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    before = scrape_first(port)["emotion_edge_resident_memory_bytes"]
    header = b"X: " + b"x" * 60_000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /metrics HTTP/1.1\r\n" + header * 500)
    assert scrape(port)["emotion_edge_resident_memory_bytes"] < before + 5e6
    assert "Traceback" not in run.stderr


def status(port: int, name: str) -> int:
    """Return the status of an answer to who asks by a name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics", headers={"Host": name})
    return connection.getresponse().status


def test_a_web_site_that_makes_its_name_stand_for_this_computer_gets_nothing(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", port)
    scrape_first(port)
    for name in (
        f"evil.example:{port}",
        "evil.example",
        "192.0.2.7",
        "",
        "localhost, evil.example",
    ):
        assert status(port, name) == 403, name
    for name in (f"localhost:{port}", "127.0.0.1", "hall.local", socket.gethostname()):
        assert status(port, name) == 200, name


def test_whoever_reaches_another_address_may_ask_by_any_name(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", f"0.0.0.0:{port}")
    scrape_first(port)
    assert status(port, "hall.lan") == 200


def test_it_listens_on_ipv6(daemon, tmp_path):
    port = free_port()
    daemon("--source", red_source(tmp_path / "red"), "--metrics", f"[::1]:{port}")
    until(lambda: not socket.socket(socket.AF_INET6).connect_ex(("::1", port)), "the server")
    assert "emotion_edge_streaming" in scrape(port, "::1")
