"""`emotion-edge teach` in an arm64 root folder made by tests/pi/run, compared with this computer.

What is compared, to 1e-5 (numpy and its linear algebra have other versions there):

- with LiteRT the whole way, from pictures that say where the face is, as those of `collect` do, to
  the head. Of these LiteRT makes the same features on both, bit by bit.
- with tflite-runtime only the fit. Its kernels for ARM round some values differently (`QUANTA` in
  test_pi.py), so the features that were kept there are fitted again here. The heads of the same
  pictures differ by much more than 1e-5, so of these only the labels of most faces are compared.

Faces that the detector has to find are not taught here: boxes are computed in floating point and
may differ by a fraction of a pixel, and with them some features by a quantum.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.regions import whole
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.network import Outputs
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.teaching.lesson import learn
from emotion_edge.teaching.taught_file import Taught, read_taught
from tests.edge.command_line import edge as here
from tests.edge.command_line import json_lines
from tests.pi.emulated import emotion_edge
from tests.workbench.teaching.drawn import draw, right

MODEL = read_model(SHIPPED)
HEAD = ("mean", "scale", "weights", "temperature", "enter", "leave")
REACH = ("axes", "slope")
NEAR = 1e-5
TAUGHT, MORE, ASKED = range(12), range(12, 14), range(20, 23)  # people


def draw_prepared(folder: Path, people: range) -> Path:
    """Draw people, and write into each picture that all of it is the face."""
    for path in draw(folder, people).rglob("*.png"):
        pixels = np.array(Image.open(path))
        save_face(path, pixels, whole(pixels))
    return folder


@pytest.fixture(scope="module")
def taught(root):
    """What teaches first, in the root folder."""
    return draw_prepared(root / "opt/faces", TAUGHT)


def teach(data: Path, file: Path, root: Path | None, runtime: str) -> Taught:
    """Teach with pictures in the root folder, there if `root` is given; return what is written."""
    options = ("--keep-features", "--runtime", runtime)
    if root is None:
        result = here("teach", "--from", data, "--to", file, *options)
    else:
        paths = [f"/{path.relative_to(root)}" for path in (data, file)]
        result = emotion_edge(root, "teach", "--from", paths[0], "--to", paths[1], *options)
    assert result.returncode == 0, result.stderr
    assert "written: " in result.stdout
    return read_taught(file, MODEL)


def largest_difference(one, other) -> float:
    """Return that of two heads."""
    assert one.labels == other.labels
    pairs = [(getattr(one, name), getattr(other, name)) for name in HEAD]
    pairs += [(getattr(one.reach, name), getattr(other.reach, name)) for name in REACH]
    return max(float(np.abs(first - second).max()) for first, second in pairs)


def name_of(line: dict) -> tuple[str, ...]:
    """Return the folder and the file of a picture that `run` has labelled."""
    return Path(line["source"]).parts[-2:]


def answers(taught: Taught) -> np.ndarray:
    """Return what a head calls the faces that it was fitted to."""
    seen = taught.faces.seen_together()
    outputs = Outputs(seen.logits[:, 0], seen.features[:, 0])
    return taught.head.logits(outputs, MODEL.contract).argmax(axis=1)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_same_pictures_teach_the_same_head(root, system, taught, tmp_path, runtime, capsys):
    if runtime not in system[2]:
        pytest.skip("it has no wheel for this system")
    theirs = teach(taught, root / f"opt/{runtime}.json", root, runtime)
    mine = teach(taught, tmp_path / "taught.json", None, runtime)
    assert np.abs(theirs.head.weights).max() > 0.1
    again = learn(theirs.faces, MODEL.contract).head
    fit, whole_way = (largest_difference(theirs.head, head) for head in (again, mine.head))
    with capsys.disabled():
        sys.stdout.write(f"{runtime}: the fit differs by {fit:.1g}, all by {whole_way:.1g}\n")
    assert fit < NEAR
    assert (theirs.counts, theirs.model) == (mine.counts, mine.model)
    assert np.mean(answers(theirs) == answers(mine)) > 0.9
    if runtime == "litert":
        assert np.array_equal(theirs.faces.features, mine.faces.features)
        assert whole_way < NEAR


def test_more_is_taught_there_to_a_file_from_here(root, taught, tmp_path):
    more = draw_prepared(root / "opt/more", MORE)
    mine, theirs = tmp_path / "taught.json", root / "opt/moved.json"
    teach(taught, mine, None, "litert")
    theirs.write_bytes(mine.read_bytes())
    there, here_too = (teach(more, theirs, root, "litert"), teach(more, mine, None, "litert"))
    assert set(there.counts) == {len(TAUGHT) + len(MORE)}
    assert largest_difference(there.head, here_too.head) < NEAR


def test_run_with_a_taught_file_labels_pictures_as_it_does_here(root, taught, tmp_path):
    """By the detector's boxes; see `test_run_labels_pictures_as_it_does_here`."""
    teach(taught, root / "opt/here.json", None, "litert")
    draw(root / "opt/asked", ASKED)
    options = ("--runtime", "litert", "--min-face", 60)
    mine = here("run", "--source", root / "opt/asked", "--taught", root / "opt/here.json", *options)
    theirs = emotion_edge(
        root, "run", "--source", "/opt/asked", "--taught", "/opt/here.json", *options
    )
    assert theirs.returncode == 0, theirs.stderr
    my, their = (json_lines(each.stdout) for each in (mine, theirs))
    assert [name_of(line) for line in my] == [name_of(line) for line in their]
    scores = np.array([[list(line["scores"].values()) for line in each] for each in (my, their)])
    assert scores == pytest.approx(scores[[1, 0]], abs=0.05)
    ahead = np.diff(np.sort(scores[0]))[:, -1] > 0.1
    assert ahead.sum() > len(my) / 3
    labels = np.array([[line["label"] for line in each] for each in (my, their)])
    assert labels[0, ahead].tolist() == labels[1, ahead].tolist()
    assert np.mean(right({line["source"]: line["label"] for line in their})) > 0.4
