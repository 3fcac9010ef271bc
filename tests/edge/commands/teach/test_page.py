"""The whole lesson on a page, without any terminal."""

import json
import signal
import stat

import pytest

from emotion_edge.commands.teach.terminal_display import KEYS
from tests.edge.brokers.mosquitto import free_port
from tests.edge.commands.teach.lessons import (
    LABELS,
    STEPS,
    TONGUE,
    Lesson,
    film,
    frame,
)
from tests.edge.commands.teach.pages import AGREE, PageLesson, endless, write_frames
from tests.edge.output.web.asking import Events, ask, connected, post
from tests.edge.waiting import until

pytest.importorskip("tornado")
pytestmark = pytest.mark.searches
JPEG = b"\xff\xd8"


def until_ended(states):
    """Return all states up to the end."""
    seen = []
    for state in states:
        seen.append(state)
        if state["phase"] == "ended":
            return seen
    raise AssertionError(seen[-1])


def end_of(lesson, cause) -> dict:
    """Do something, and return the last state that a reader of the events gets."""
    with connected(lesson.port) as connection:
        events = Events(connection, lesson.port)
        cause()
        return until_ended(data for _, data in events)[-1]


@pytest.fixture(scope="module")
def happy(tmp_path_factory):
    """Somebody who smiles for minutes."""
    return endless(tmp_path_factory.mktemp("happy") / "recording")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


@pytest.fixture
def begin(file):
    """A function that starts a lesson on a page, which is killed after the test."""
    lessons = []

    def start(source, *options):
        lessons.append(PageLesson(source, file, *options))
        return lessons[-1]

    yield start
    for each in lessons:
        each.kill()


@pytest.fixture
def lesson(begin, happy):
    """A lesson of happy and tongue out in front of somebody who smiles."""
    return begin(happy)


def test_the_whole_lesson_needs_no_terminal(tmp_path, file, begin):
    video = film(tmp_path / "right.mkv", STEPS)
    before = set(tmp_path.iterdir())
    lesson = begin(video)
    with connected(lesson.port) as connection:
        states = (data for _, data in Events(connection, lesson.port))
        assert next(states)["phase"] == "consent"
        assert lesson.post("/api/consent", AGREE).json == AGREE
        *going, ended = until_ended(states)
    seen = [state["step"] for state in going if state["step"]]
    order = [("happy", False), (TONGUE, False), ("happy", True), (TONGUE, True)]
    shown = [order.index((step["label"], step["again"])) + 1 for step in seen]
    assert shown == sorted(step["number"] for step in seen) != []
    assert {step["countdown"] for step in seen} <= {0, 1, 2, 3}
    result = lesson.end()
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "Taught 24 faces in 4 bursts: 12 happy, 12 tongue out"
    assert [*ended["report"], f"written: {file}"] == result.stdout.splitlines()
    assert (ended["outcome"], ended["file"]) == ("written", "taught.json")
    assert str(file.parent) not in json.dumps(ended)
    assert json.loads(file.read_text())["counts"][-1] == 12
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(tmp_path.iterdir()) == before | {file.parent}  # no frame
    assert list(file.parent.iterdir()) == [file]


def test_before_consent_nothing_is_seen(lesson):
    """A viewer of the picture who comes before has it only afterwards."""
    assert {"phase": "consent", "picture": False, "step": None}.items() <= lesson.state.items()
    with connected(lesson.port) as connection:
        connection.sendall(b"GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until(lambda: b"--emotion-edge\r\n" in connection.recv(65_536), "the head")
        connection.settimeout(1.5)
        with pytest.raises(TimeoutError):
            connection.recv(65_536)
        connection.settimeout(30)
        lesson.post("/api/consent", AGREE)
        until(lambda: JPEG in connection.recv(65_536), "a picture")
    assert lesson.state["picture"]


def test_without_consent_no_frame_is_read(lesson, file):
    assert lesson.post("/api/consent", {"agreed": False}).json == {"agreed": False}
    result = lesson.end()
    assert result.returncode == 2
    assert "no consent: no picture was taken" in result.stderr
    assert list(file.parent.iterdir()) == []


def test_orders_repeat_and_skip_steps_and_end_the_lesson(begin, happy, file):
    lesson = begin(happy, "--label", "sad", "--keep-features")
    lesson.post("/api/consent", AGREE)
    assert lesson.wait_step(1, 6)["label"] == "happy"
    lesson.wait_step(3, 6)
    for _ in range(2):  # the second comes for a step that is over
        assert lesson.post("/api/skip", {"number": 3, "label": "sad"}).status == 200
    assert lesson.wait_step(3, 4)["label"] == "happy"
    lesson.post("/api/repeat", {"number": 3, "label": "happy"})
    lesson.wait_step(2, 4)
    lesson.wait_past(3, taken=2)
    lesson.post("/api/end")
    result = lesson.end()
    assert result.returncode == 0, result.stderr
    values = json.loads(file.read_text())
    counts = dict(zip(values["labels"], values["counts"], strict=True))
    assert 8 <= counts.pop("happy") <= 12
    assert 6 <= counts.pop(TONGUE) <= 12
    assert set(counts.values()) == {0}


@pytest.mark.parametrize("how", ["/api/stop", signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["consent", "teaching"])
def test_a_stop_leaves_nothing_half_written(lesson, file, moment, how):
    if moment == "teaching":
        lesson.post("/api/consent", AGREE)
        lesson.wait_step(1, 4, taken=1)
    do = lesson.post if isinstance(how, str) else lesson.process.send_signal
    assert end_of(lesson, lambda: do(how))["outcome"] == "stopped"
    result = lesson.end()
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith("stopped: nothing is written")
    assert result.stdout == ""
    assert list(file.parent.iterdir()) == []


def test_a_failure_is_told_without_the_folder(tmp_path, begin):
    lesson = begin(film(tmp_path / "short.mkv", [("happy", 6.5)]))
    ended = end_of(lesson, lambda: lesson.post("/api/consent", AGREE))
    assert (ended["outcome"], ended["error"]) == (
        "failed",
        "short.mkv ended at step 2 of 4, tongue out: nothing is written",
    )
    assert f"{tmp_path}/short.mkv ended" in lesson.end().stderr


def test_why_a_step_waits_is_told(tmp_path, begin):
    lesson = begin(write_frames(tmp_path / "recording", [frame("two people", 0)]))
    lesson.post("/api/consent", AGREE)
    lesson.wait(lambda state: (state["step"] or {}).get("problem") == "several_faces", "a problem")


@pytest.mark.parametrize("where", ["page", "terminal"])
def test_a_terminal_and_a_page_show_it_at_once(happy, file, where):
    """Whoever answers first begins it."""
    port = free_port()
    given = ("--source", happy, "--to", file, "--count", 12, *LABELS)
    lesson = Lesson(*given, "--web", f"127.0.0.1:{port}")
    lesson.wait_for("Type yes to begin: ")
    if where == "page":
        post(port, "/api/consent", b'{"agreed": true}')
        lesson.wait_for("answered on the page")
    else:
        lesson.type("yes\n")
    lesson.wait_for("1 of 4  show happy: smile")
    lesson.wait_for(KEYS)
    until(lambda: ask(port, "/api/state").json["step"], "the step on the page")
    lesson.type("s")
    until(lambda: ask(port, "/api/state").json["step"]["label"] == TONGUE, "the next step")
    post(port, "/api/skip")
    result = lesson.end()
    assert result.returncode == 1
    assert "no face was taken: nothing is written" in result.stderr
