"""The whole lesson in front of a camera, on a real terminal."""

import json
import stat

import pytest

from emotion_edge.commands.teach.terminal_display import KEYS
from tests.edge.command_line import edge, json_lines, own_lines
from tests.edge.commands.teach.lessons import (
    DARK,
    LABELS,
    STEPS,
    TONGUE,
    Lesson,
    begin,
    film,
    frame,
    save_frame,
)
from tests.edge.recordings import write_recording

pytestmark = pytest.mark.searches
TAKING = "taking: 1 of 6"


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Somebody who makes the right faces."""
    return film(tmp_path_factory.mktemp("video") / "right.mkv", STEPS)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


@pytest.mark.parametrize("colours", ["", "truecolor"])
def test_a_face_of_ones_own_is_taught_and_found(video, file, tmp_path, colours):
    lesson = begin(video, file, COLORTERM=colours)
    result = lesson.end()
    assert result.returncode == 0, result.stderr
    assert own_lines(result.stderr) == []
    first, *_, last = result.stdout.splitlines()
    assert first == "Taught 24 faces in 4 bursts: 12 happy, 12 tongue out"
    assert last == f"written: {file}"
    for text in ("About 24 faces", "no picture is kept", "show happy: smile", "in 3 s", TAKING):
        assert text in lesson.shown
    assert lesson.shown.index("1 of 4  show happy") < lesson.shown.index(f"2 of 4  show {TONGUE}")
    assert ("\N{UPPER HALF BLOCK}" in lesson.shown) == bool(colours)
    assert [path.name for path in file.parent.iterdir()] == ["taught.json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for label in ("happy", TONGUE):
        picture = save_frame(tmp_path / "new.png", label, number=101)
        result = edge("run", "--taught", file, "--source", picture)
        assert json_lines(result.stdout)[0]["label"] == label


@pytest.mark.parametrize(
    "moment", ["1 of 4", TAKING, "2 of 4", "taking: 3 of 6", "3 of 4", "4 of 4", "learning"]
)
def test_ctrl_c_leaves_nothing_half_written(video, file, moment):
    lesson = begin(video, file)
    lesson.wait_for(moment)
    lesson.type("\x03")
    result = lesson.end()
    assert "Traceback" not in result.stderr
    if result.returncode == 0:  # it came after the last moment
        assert moment == "learning"
        assert json.loads(file.read_text())["counts"][-1] == 12
    else:
        assert result.returncode == 1
        assert own_lines(result.stderr)[-1].endswith("stopped: nothing is written")
        assert list(file.parent.iterdir()) == []


def test_ctrl_c_at_the_question_ends_it(video, file):
    lesson = Lesson("--source", video, "--to", file, *LABELS)
    lesson.wait_for("Type yes to begin: ")
    lesson.type("\x03")
    result = lesson.end()
    assert result.returncode == 130
    assert own_lines(result.stderr) == ["emotion-edge: error: interrupted"]
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("nobody", "no face in view"),
        ("two people", "more than one face in view"),
        (DARK, "too dark"),
    ],
)
def test_it_waits_while_there_is_no_good_face(tmp_path, file, act, words):
    """In the middle of a step, for longer than the step."""
    acts = [("happy", 3.4), (act, 6), ("happy", 2.1), *STEPS[1:]]
    lesson = begin(film(tmp_path / "video.mkv", acts), file)
    result = lesson.end()
    assert result.returncode == 0, result.stderr
    assert words in lesson.shown
    before, after = lesson.shown.index(f"of 6   {words}"), lesson.shown.index("2 of 4")
    assert before < after
    assert "12 happy, 12 tongue out" in result.stdout


def test_keys_repeat_and_skip_steps_and_end_the_lesson(tmp_path, file):
    video = film(tmp_path / "video.mkv", [("happy", 40)])
    labels = ("--label", "sad", *LABELS, "--keep-features")
    lesson = begin(video, file, *labels)
    lesson.wait_for("1 of 6  show sad")
    lesson.type("s")
    lesson.wait_for("1 of 4  show happy")
    lesson.wait_for("2 of 4")
    shown = len(lesson.shown)
    lesson.type("r")
    lesson.wait_for("1 of 4  show happy", shown)
    lesson.wait_for("3 of 4", shown)
    lesson.wait_for("taking: 2 of 6", shown)
    lesson.type("q")
    result = lesson.end()
    assert result.returncode == 0, result.stderr
    values = json.loads(file.read_text())
    counts = dict(zip(values["labels"], values["counts"], strict=True))
    assert 6 <= counts.pop("happy") < 12
    assert counts.pop(TONGUE) == 6
    assert set(counts.values()) == {0}


def test_a_source_that_ends_too_early_teaches_nothing(tmp_path, file):
    result = begin(film(tmp_path / "video.mkv", [("happy", 6.5)]), file).end()
    assert result.returncode == 1
    assert "video.mkv ended at step 2 of 4, tongue out: nothing is written" in result.stderr
    assert list(file.parent.iterdir()) == []


def test_a_camera_that_comes_back_goes_on(tmp_path, file):
    """A recording at its own pace, whose camera stops in the middle."""
    frames = [frame("happy", number) for number in range(100)]
    folder = write_recording(tmp_path / "recording", frames)
    lines = (folder / "times.csv").read_text().splitlines()
    lines[0] += ",fault"
    lines[41] += ",vanish"
    (folder / "times.csv").write_text("\n".join(lines) + "\n")
    lesson = begin(f"replay:{folder}", file)
    lesson.wait_for("no camera: ")
    lesson.wait_for("2 of 4")
    lesson.type("q")
    assert "faces of happy only: nothing to tell them from" in lesson.end().stderr


def test_a_key_ends_it_while_there_is_no_camera(tmp_path, file):
    folder = write_recording(tmp_path / "recording", [frame("happy", 0)] * 9)
    rows = (f"{n:05}.png,{n / 10},vanish" for n in range(9))
    (folder / "times.csv").write_text("\n".join(["file,seconds,fault", *rows]) + "\n")
    lesson = begin(f"replay:{folder}", file)
    lesson.wait_for("no camera: ")
    lesson.wait_for(KEYS)
    lesson.type("q")
    assert "no face was taken: nothing is written" in lesson.end().stderr
