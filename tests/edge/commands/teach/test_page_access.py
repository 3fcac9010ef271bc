"""Who may see a lesson's page, and what it refuses."""

import json
import socket

import pytest

from tests.edge.brokers.mosquitto import free_port
from tests.edge.command_line import edge, edge_without
from tests.edge.commands.teach.lessons import LABELS, film
from tests.edge.commands.teach.pages import AGREE, PageLesson
from tests.edge.output.web.asking import ask, basic, cookie_of, log_in, post

pytest.importorskip("tornado")
pytestmark = pytest.mark.searches
ORDERS = ("consent", "skip", "repeat", "end", "stop")
SECRET = "correct horse"


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return film(tmp_path_factory.mktemp("video") / "short.mkv", [("happy", 1)])


@pytest.fixture
def start(video, tmp_path):
    """A function that starts a lesson that waits for consent, and is killed after the test."""
    lessons = []

    def begin(*options):
        lessons.append(PageLesson(video, tmp_path / "taught.json", *options))
        return lessons[-1]

    yield begin
    for each in lessons:
        each.kill()


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


def refused(video, tmp_path, *options):
    """Return what the command says that must not start."""
    given = ("--source", video, "--to", tmp_path / "taught.json", *LABELS, *options)
    return edge("teach", *given, start_new_session=True)


def test_another_address_than_loopback_needs_a_password(video, tmp_path):
    result = refused(video, tmp_path, "--web", f"0.0.0.0:{free_port()}")
    assert result.returncode == 2
    assert "everybody who reaches this computer could watch; give a password" in result.stderr


def test_a_port_in_use_is_named(video, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        result = refused(video, tmp_path, "--web", address)
    assert result.returncode == 1
    assert f"--web {address}: cannot listen there: Address already in use" in result.stderr


@pytest.mark.parametrize("option", ["--forget", "--from"])
def test_the_page_is_for_a_lesson_in_front_of_a_camera(tmp_path, option):
    given = (option, tmp_path) if option == "--from" else (option,)
    result = edge("teach", "--web", "--to", tmp_path / "taught.json", *given)
    assert result.returncode == 2
    assert "--web shows a lesson in front of a camera: leave out --from and --forget" in (
        result.stderr
    )


def test_without_tornado_it_says_how_to_get_it(video, tmp_path):
    given = ("teach", "--source", video, "--to", tmp_path / "taught.json", *LABELS)
    result = edge_without("tornado", *given, "--web")
    assert result.returncode == 2
    assert "--web needs tornado: " in result.stderr
    assert "install" in result.stderr


def test_without_the_option_tornado_is_not_needed(video, tmp_path):
    given = ("teach", "--source", video, "--to", tmp_path / "taught.json", "--label", "happy")
    result = edge_without("tornado", *given)
    assert "--label happy: nothing to tell it from" in result.stderr


def test_who_is_not_logged_in_sees_and_orders_nothing(start, password):
    lesson = start("--web-password-file", password)
    redirect = lesson.ask("/?lang=fr")
    assert (redirect.status, redirect.headers["location"].split("?")[0]) == (302, "/login")
    for path in ("/api/state", "/api/events", "/stream.mjpg"):
        assert lesson.ask(path).status == 401
    for name in ORDERS:
        assert lesson.post(f"/api/{name}", AGREE).status == 401
    assert ask(lesson.port, "/api/state", basic(SECRET)).json["phase"] == "consent"
    cookie = cookie_of(log_in(lesson.port, SECRET))
    assert lesson.ask("/", cookie).status == 200
    assert lesson.post("/api/consent", {"agreed": False}, **cookie).status == 200
    assert lesson.end().returncode == 2


def test_other_sites_can_order_nothing(start):
    lesson = start()
    for name in ORDERS:
        body, path = json.dumps(AGREE).encode(), f"/api/{name}"
        assert ask(lesson.port, path, method="POST", body=body).status == 403
        assert post(lesson.port, path, body, Origin="http://elsewhere.example").status == 403
        assert post(lesson.port, path, body, Host="elsewhere.example").status == 403
        assert lesson.ask(path).status == 405
    assert lesson.state["phase"] == "consent"


def test_what_is_no_answer_is_refused(start):
    lesson = start()
    for content in (None, {}, {"agreed": "yes"}, {"agreed": 1}, [True], "yes"):
        assert lesson.post("/api/consent", content).status == 400
    assert post(lesson.port, "/api/consent", b"{" * 5000).status == 400
    for name in ("skip", "repeat", "end"):
        answer = lesson.post(f"/api/{name}")
        assert (answer.status, answer.json["error"]) == (409, "no faces are being taken")
    assert lesson.state["phase"] == "consent"


def test_it_has_nothing_of_the_daemons_page(start):
    lesson = start()
    for path in ("/api/snapshot.jpg", "/api/history", "/healthz", "/api/none"):
        assert lesson.ask(path).status == 404
    assert lesson.post("/api/pause").status == 404


def test_the_picture_can_be_switched_off(start):
    lesson = start("--no-web-picture")
    assert lesson.ask("/stream.mjpg").status == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "About 24 faces will be looked at, from short.mkv, and no picture is kept."),
        ("de", "Etwa 24 Gesichter werden betrachtet, Quelle: short.mkv."),
        ("fr", "Environ 24 visages seront examinés, source : short.mkv."),
        ("zh-TW", "將會查看大約 24 張臉孔"),
    ],
)
def test_the_question_comes_in_four_languages(start, language, words):
    page = start("--keep-features").ask(f"/?lang={language}").body.decode()
    assert words in page
    assert "taught.json" in page
