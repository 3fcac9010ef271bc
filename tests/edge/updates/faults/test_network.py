"""What is wrong with the network or the server is told in words, and no password with it."""

import base64
import socket

import pytest

from emotion_edge.errors import RunError, UserError
from tests.edge.updates.faults.endless import status
from tests.edge.updates.server import Answer, Web, send


def redirect(address: str) -> Answer:
    """Return an answer that leads to another address."""

    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.end_headers()

    return answer


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (401, "the server wants a user and a password (401)"),
        (404, "there is no such file (404); check the address"),
        (410, "there is no such file any more (410)"),
        (429, "the server has a problem (429); try again later"),
        (451, "the server refuses it (451)"),
        (503, "the server has a problem (503); try again later"),
        (600, "the server's answer has no meaning in HTTP (600)"),
        (999, "the server's answer has no meaning in HTTP (999)"),
    ],
)
def test_an_answer_that_is_an_error_is_told(tester, code, words):
    tester.web.answers["/metadata/timestamp.json"] = status(code)
    tester.is_refused(f"{tester.web.url}metadata/timestamp.json", words)
    tester.recovers("2027-01", b"new", 4)


BAD_ADDRESS = "a redirect, or a proxy of the environment, has an address that is none"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://127.0.0.1/timestamp.json", "it redirects to ftp://, not to a web server"),
        ("file:///etc/passwd", "its redirects lead nowhere (302)"),
        ("http://[::1/", BAD_ADDRESS),
        ("http://127.0.0.1:port/", BAD_ADDRESS),
        ("http://127.0.0.1:99999/", BAD_ADDRESS),
    ],
)
def test_a_redirect_to_what_is_no_web_server_is_told(tester, address, words):
    tester.web.answers["/metadata/timestamp.json"] = redirect(address)
    tester.is_refused(words)
    tester.recovers("2027-01", b"new", 4)


def test_a_repository_that_has_vanished_is_told(tester):
    tester.web.files = {}
    tester.is_refused("timestamp.json", "404")
    tester.recovers("2027-01", b"new", 4)


def test_a_server_that_is_away_is_told(tester):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(RunError, match="nothing listens there; check the network"):
        tester.enrol(f"http://127.0.0.1:{port}/")
    with pytest.raises(RunError, match=r"the name no\.such\.invalid is not known here"):
        tester.enrol("http://no.such.invalid/")
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize(
    "url",
    [
        "models.example",
        "ftp://user:secret@models.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@/",
        "https://user:secret@models.example:port/",
        "https://user:secret@models.example:99999/",
        "https://user:secret@models.example:0/",
        "https://user:secret@models.example/?a=b",
        "https://user:secret@models.example/#a",
        "https://user:secret@models.example/a b",
        "https://user:secret@models.example/\n",
        "https://user:secret@[::1/",
        "https://user:secret@models.example/" + "a" * 2000,
        "",
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(new, url):
    with pytest.raises(UserError, match=r"of a repository|files are to be looked for") as caught:
        new.enrol(url or " ")
    assert "secret" not in str(caught.value)
    assert "https://models.example/" in str(caught.value) or "looked for below" in str(caught.value)
    assert not new.device.models.exists()


def test_a_login_goes_to_its_own_server_and_into_no_message(new, publisher):
    other = Web(publisher.files)
    expected = "Basic " + base64.b64encode(b"user:se@cret").decode()

    elsewhere = redirect(f"{other.url}metadata/timestamp.json")
    new.web.answers["/metadata/timestamp.json"] = elsewhere
    lines = new.enrol(new.web.url.replace("//", "//user:se%40cret@"))
    assert "cret" not in "".join(lines)
    assert {headers.get("Authorization") for _, headers in new.web.requests} == {expected}
    assert [headers.get("Authorization") for _, headers in other.requests] == [None]
    new.web.answers["/metadata/timestamp.json"] = status(500)
    with pytest.raises(RunError) as caught:
        new.update()
    assert "cret" not in str(caught.value) + new.state.problem
    other.close()


def test_the_server_learns_little(tester):
    sent = {name: value for _, headers in tester.web.requests for name, value in headers.items()}
    assert sent == {
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Host": f"127.0.0.1:{tester.web.port}",
        "User-Agent": "emotion-edge",
    }


def test_a_proxy_of_the_environment_is_used(new, publisher, monkeypatch):
    proxy = Web({})

    def forward(handler):
        content = publisher.files.get(handler.path.removeprefix("http://models.invalid/base"))
        send(handler, content) if content else handler.send_error(404)

    proxy.answers["*"] = forward
    monkeypatch.setenv("http_proxy", f"http://user:word@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    new.enrol("http://models.invalid/base")
    new.update()
    assert new.models.content == b"eleven"
    assert all("Proxy-Authorization" in headers for _, headers in proxy.requests)
    proxy.close()


@pytest.fixture
def secure(new, certificates):
    """A function that returns a server with TLS."""
    servers = []

    def serve(name):
        files = (getattr(certificates, name), getattr(certificates, f"{name}_key"))
        servers.append(Web(new.publisher.files, files))
        return servers[-1]

    yield serve
    for each in servers:
        each.close()


def test_a_server_with_tls_is_trusted_if_its_certificate_is(new, secure, certificates, monkeypatch):
    web = secure("good")
    with pytest.raises(RunError, match="the server's certificate is refused: unable to get local"):
        new.enrol(web.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    for name, words in (("expired", "certificate has expired"), ("other", "Hostname mismatch")):
        with pytest.raises(RunError, match=f"the server's certificate is refused: {words}"):
            new.enrol(secure(name).url)
    new.enrol(web.url)
    new.update()
    assert new.models.content == b"eleven"


def test_tls_and_none_are_not_mixed_up(new, secure, certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    web = secure("good")
    with pytest.raises(RunError, match="there is no TLS connection"):
        new.enrol(f"https://localhost:{new.web.port}/")
    with pytest.raises(RunError, match="the connection broke off, or is not HTTP"):
        new.enrol(f"http://localhost:{web.port}/")

    downgrade = redirect(f"{new.web.url}metadata/timestamp.json")
    web.answers["/metadata/timestamp.json"] = downgrade
    with pytest.raises(RunError, match="it redirects from https:// to an address without TLS"):
        new.enrol(web.url)
