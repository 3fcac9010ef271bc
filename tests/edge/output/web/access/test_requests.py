"""Which requests are answered: by name, site, header and method."""

import socket

import pytest

from tests.edge.output.web.asking import POST, ask, connected, parse, post, read_all, request

PATHS = ("/", "/login", "/api/state", "/healthz", "/assets/page.css", "/nowhere", "/stream.mjpg")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:{port}",
        "127.0.0.1",
        "127.0.0.1:1",  # something in between listens at another port
        "localhost:{port}",
        "LOCALHOST.",
        "hall.local:{port}",
        socket.gethostname(),
        "named.example",
        "192.0.2.7:{port}",
        "[2001:db8::7]",
    ],
)
def test_names_of_this_computer_are_answered(open_site, host):
    assert ask(open_site.port, "/healthz", {"Host": host.format(port=open_site.port)}).status == 200


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh", "zh-TW"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-TW"),
        ("zh-Hans-SG", "zh-TW"),
        ("zh-Hant-HK,en;q=0.5", "zh-TW"),
        ("en-GB,zh-CN;q=0.9", "en"),
        ("ja,zh;q=0.2,fr;q=0.4", "fr"),
        ("ja", "en"),
    ],
)
def test_the_page_has_the_language_that_a_browser_prefers(open_site, accepted, language):
    answer = ask(open_site.port, "/", {"Accept-Language": accepted})
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",),
        ("evil.example:{port}",),
        ("localhost.evil.example",),
        ("evillocal",),
        ("evil.example#.local",),
        ("localhost@evil.example",),
        ("evil.example/.local",),
        ("192.0.2.8",),  # an address, but not this computer's
        ("127.0.0.2",),
        ("[::1]",),  # it was asked by IPv4
        ("2130706433",),
        ("0x7f.1",),
        ("",),
        (),
        ("localhost", "evil.example"),
        ("localhost", "localhost"),
        ("localhost, evil.example",),
    ],
)
def test_other_names_are_refused_at_every_address(open_site, hosts):
    given = [f"Host: {host.format(port=open_site.port)}" for host in hosts]
    for path in PATHS:
        lines = [f"GET {path} HTTP/1.1", "Connection: close", *given]
        with connected(open_site.port) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = parse(read_all(connection))
        assert answer.status in (400, 403), path
        assert b"labels" not in answer.body


def test_an_old_request_without_a_name_is_refused(open_site):
    with connected(open_site.port) as connection:
        connection.sendall(b"GET /api/state HTTP/1.0\r\n\r\n")
        assert parse(read_all(connection)).status == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 200),
        ("https://127.0.0.1:{port}", 200),  # something in between serves https
        ("http://127.0.0.1:1", 403),
        ("http://localhost:{port}", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
    ],
)
def test_what_other_sites_ask_is_refused(open_site, origin, status):
    origins = {"Origin": origin.format(port=open_site.port)}
    assert ask(open_site.port, "/api/state", origins).status == status
    assert post(open_site.port, "/api/pause", **origins).status == status
    assert open_site.get("/api/state")["paused"] == (status == 200)
    post(open_site.port, "/api/resume")


LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
PICTURE = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FRAME = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}


@pytest.mark.parametrize("path", [*PATHS, "/api/events", "/api/snapshot.jpg"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "x", ""])
def test_what_other_sites_embed_is_refused(open_site, path, site):
    for kind in (LINK, PICTURE, FRAME, {}):
        free = kind == LINK and path in ("/", "/login")
        answer = ask(open_site.port, path, {"Sec-Fetch-Site": site, **kind})
        assert (answer.status == 403) == (not free)
    assert open_site.get("/healthz") == {"status": "ok"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_page_or_its_reader_asks_is_answered(open_site, site):
    for kind in (LINK, PICTURE):
        for path in PATHS[:-2]:
            assert ask(open_site.port, path, {"Sec-Fetch-Site": site, **kind}).status < 400


@pytest.mark.parametrize("headers", [{}, {"X-Emotion-Edge": ""}, {"X-Emotion-Edge": "0"}])
@pytest.mark.parametrize("path", ["/api/pause", "/api/resume", "/api/faces", "/login", "/logout"])
def test_a_post_needs_our_header(open_site, path, headers):
    answer = ask(open_site.port, path, headers, method="POST")
    assert answer.status == 403
    assert "X-Emotion-Edge" in answer.json["error"]
    assert not open_site.get("/api/state")["paused"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
def test_other_methods_are_refused(open_site, method):
    for path in PATHS:
        assert ask(open_site.port, path, POST, method=method).status == 405


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/pause", "POST"),
        ("POST", "/api/state", "GET, HEAD"),
        ("PUT", "/login", "GET, POST"),
        ("HEAD", "/stream.mjpg", "GET"),
    ],
)
def test_a_refused_method_comes_with_those_that_are_not(open_site, method, path, allowed):
    answer = ask(open_site.port, path, POST, method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/", "/api/state", "/healthz"])
def test_a_head_is_a_get_without_its_body(open_site, path):
    with_body, without = (ask(open_site.port, path, method=name) for name in ("GET", "HEAD"))
    assert (without.status, without.body) == (with_body.status, b"")
    assert without.headers.keys() == with_body.headers.keys()
    assert ask(open_site.port, path, {"Host": "evil.example"}, method="HEAD").status == 403


@pytest.mark.parametrize("path", PATHS[:-1])
def test_every_answer_tells_browsers_to_be_careful(open_site, path):
    headers = ask(open_site.port, path, {"Origin": f"http://127.0.0.1:{open_site.port}"}).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not {"server", "access-control-allow-origin", "etag"} & headers.keys()


def test_several_requests_on_one_connection_are_checked_each(open_site):
    good, bad = {"Host": "localhost"}, {"Host": "evil.example", "Connection": "close"}
    with connected(open_site.port) as connection:
        connection.sendall(request("GET", "/healthz", good) + request("GET", "/healthz", bad))
        content = read_all(connection)
    assert content.count(b"HTTP/1.1 200") == content.count(b"HTTP/1.1 403") == 1
