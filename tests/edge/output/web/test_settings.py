"""Settings of the page: what is refused before anything starts, and the file of settings."""

import re

import pytest

from emotion_edge.util.installation import install_hint
from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge, edge_in_python, edge_without, own_lines
from tests.edge.models import INT8
from tests.edge.output.web.asking import ask, basic, log_in
from tests.edge.output.web.conftest import SECRET


def refused(*options: object, **more: object) -> str:
    """Return the error of a daemon that does not start because of its options."""
    result = edge("run", "--model", INT8, "--faces", "off", *options, **more)
    assert result.returncode == 2, result.stderr
    return own_lines(result.stderr)[-1].removeprefix("emotion-edge: error: ")


@pytest.fixture(scope="module", autouse=True)
def _tornado():
    pytest.importorskip("tornado")


@pytest.fixture
def run(photos):
    """A function that returns the error of a daemon that does not start."""
    return lambda *options, **more: refused("--source", photos, *options, **more)


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80", "hall.lan:80"])
def test_a_page_for_others_needs_a_password(run, address):
    error = run("--web", address)
    assert error.startswith(f"--web {address}: everybody who reaches this computer could watch; ")
    assert "--web-password-file" in error
    assert "127.0.0.1" in error


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b"seven77\n", "it has fewer than 8 characters"),
        (b"two lines\nof text\n", "not one line"),
        (b"\xff" * 9, "not UTF-8"),
        (b"x" * 1001, "more than the 1,000 bytes"),
    ],
)
def test_what_cannot_be_the_password_is_refused(run, tmp_path, content, reason):
    path = tmp_path / "password"
    path.write_bytes(content)
    error = run("--web", "0.0.0.0:8080", "--web-password-file", path)
    assert error.startswith(f"--web-password-file {path}: ")
    assert reason in error
    assert "seven77" not in error


def test_a_password_file_that_is_not_there_is_refused(run, tmp_path):
    error = run("--web", "--web-password-file", tmp_path / "none")
    assert error.endswith("none: cannot read it: No such file or directory")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--web", "8080x"), "is not HOST:PORT"),
        (("--web-width", 63), "is not from 64 to 1920"),
        (("--web-viewers", 0), "is not from 1 to 100"),
        (("--web-host", "hall:80"), "is not a host's name"),
        (("--web-host", ""), "is not a host's name"),
        (("--web-host", "[::::]"), "is not a host's name"),
        (("--web-host", "[fe80::1%eth0]"), "is not a host's name"),
        (("--web-host", "fd00::1"), "is not a host's name"),
    ],
)
def test_impossible_values_are_refused(run, options, reason):
    assert reason in run(*options)


def test_a_credential_of_systemd_is_the_password(site, changing, tmp_path, monkeypatch):
    (tmp_path / "emotion-edge.web-password").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    guarded = site("--source", changing)
    assert ask(guarded.port, "/api/state").status == 401
    assert ask(guarded.port, "/api/state", basic(SECRET)).status == 200


def test_a_page_for_others_without_tls_is_warned_of(daemon, changing, password):
    port = free_port()
    where = ("--web", f"0.0.0.0:{port}", "--web-password-file", password)
    run = daemon("--source", changing, *where)
    run.wait_stderr("the page: http://")
    assert f"--web 0.0.0.0:{port}: the password and the picture go there unencrypted" in run.stderr
    assert log_in(port, SECRET).status == 200


def test_the_settings_file_has_it_all(write_settings, tmp_path):
    path = write_settings(
        'web = "127.0.0.1:8081"\nweb-picture = false\nweb-rate = 2\nweb-width = 640\n'
        'web-viewers = 3\nweb-host = ["hall.lan", "192.0.2.7"]\nweb-password-file = "p"\n'
    )
    shown = edge("config", "--config", path).stdout
    for line in path.read_text().splitlines():
        assert re.search(f"^{re.escape(line)}(\\.0)?  # {path}$", shown, re.M), line
    again = edge("config", "--config", path, "--web", "--web-picture").stdout
    assert 'web = "127.0.0.1:8080"  # command line' in again
    assert "web-picture = true  # command line" in again


@pytest.mark.parametrize("line", ["web = true", "web = 8080", "web = []"])
def test_the_settings_file_has_the_address_as_text(write_settings, line):
    result = edge("config", "--config", write_settings(line))
    assert result.returncode == 2
    assert "web = " in result.stderr


def test_switches_of_the_file_may_turn_off_what_is_on(write_settings):
    shown = edge("config", "--config", write_settings("web-picture = false\nall = false")).stdout
    assert "web-picture = false" in shown
    assert "all = false" in shown


def test_without_tornado_the_error_says_how_to_install_it(photos):
    arguments = ("run", "--model", INT8, "--source", photos, "--web")
    result = edge_without("tornado", *arguments)
    assert result.returncode == 2
    assert own_lines(result.stderr)[-1] == (
        f"emotion-edge: error: --web needs tornado: {install_hint('web')}"
    )


def test_without_the_option_no_server_is_loaded(photos):
    program = """
main(arguments)
print({"tornado", "asyncio", "ssl", "emotion_edge.output.web.sink"} & {*sys.modules})
"""
    result = edge_in_python(program, "run", "--model", INT8, "--source", photos)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "set()"
