"""What the lesson in front of a camera needs, and says if it is not there."""

import subprocess

import pytest

from tests.edge.command_line import command, edge
from tests.edge.commands.teach.lessons import LABELS, Lesson, film, save_frame

pytestmark = pytest.mark.searches


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return film(tmp_path_factory.mktemp("video") / "short.mkv", [("happy", 1)])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


@pytest.mark.parametrize("answer", ["no\n", "\n", "\x04"])
def test_without_consent_no_frame_is_read(video, file, answer):
    lesson = Lesson("--source", video, "--to", file, *LABELS)
    lesson.wait_for("Type yes to begin: ")
    lesson.type(answer)
    result = lesson.end()
    assert result.returncode == 2
    assert "no consent: no picture was taken" in result.stderr
    assert "1 of 4" not in lesson.shown


def test_without_a_terminal_it_says_so(video, file):
    words = command("teach", "--source", video, "--to", file, *LABELS)
    result = subprocess.run(
        ["setsid", "--wait", *words], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    reason = "teach asks for consent on a terminal, and there is none; with --web a page asks"
    assert reason in result.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--label", "wink"), "--label wink: nothing to tell it from; add another, such as"),
        (("--label", "wink", "--label", "Wink"), "differ only in capital letters"),
        (("--from", "data"), "--from and --source: faces are taught from one of them"),
        (("--source", "nobody.mkv"), "--source nobody.mkv: no such file"),
        (("--to", "/dev/null"), "/dev/null is a pipe or a device"),
    ],
)
def test_what_cannot_be_taught_is_refused_before_anybody_is_asked(video, file, options, reason):
    result = edge("teach", "--source", video, "--to", file, *options)
    assert result.returncode == 2
    assert reason in result.stderr


def test_pictures_are_no_source_and_nobody_is_asked(tmp_path, file):
    picture = save_frame(tmp_path / "face.png", "happy", 0)
    result = edge("teach", "--source", picture, "--to", file, *LABELS)
    assert result.returncode == 2
    assert "teach pictures in class folders by --from DIR" in result.stderr
