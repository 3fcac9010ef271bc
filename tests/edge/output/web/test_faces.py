"""POST /api/faces: a picture in, its faces out."""

import io
import os
import signal

import pytest
from PIL import Image

from tests.edge.command_line import json_lines, run_every_frame
from tests.edge.models import FLOAT32, INT8
from tests.edge.output.web.asking import post
from tests.edge.output.web.browser.sites import FACES
from tests.edge.photographs import scene
from tests.edge.pictures import solid


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


RED = encoded(Image.fromarray(solid("red")))


def test_the_answer_is_what_run_says_of_the_same_file(open_site, tmp_path):
    path = tmp_path / "red.png"
    path.write_bytes(RED)
    (line,) = json_lines(run_every_frame(path).stdout)
    (face,) = post(open_site.port, "/api/faces", RED).json["faces"]
    assert face == {key: line[key] for key in face}
    assert face.keys() == {"face", "box", "label", "reason", "score", "scores", "raw"}


@pytest.mark.searches
def test_every_face_of_a_photograph_has_its_box(site, changing):
    faces = site("--source", changing, *FACES)
    answer = post(faces.port, "/api/faces", encoded(scene("astronaut"), "JPEG"))
    (face,) = answer.json["faces"]
    assert face["face"] == 1
    assert face["label"] in face["scores"]
    assert len(face["box"]) == 4
    assert post(faces.port, "/api/faces", RED).json == {"faces": []}


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 415, "not a picture"),
        (b"%PDF-1.7", 415, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "not a picture"),
        (RED[:60], 400, "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), 400, "cannot be read"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(open_site, content, status, reason):
    answer = post(open_site.port, "/api/faces", content)
    assert answer.status == status
    assert reason in answer.json["error"]


def test_a_picture_with_too_many_pixels_is_refused(site, changing):
    small = site("--source", changing, "--max-megapixels", 0.01)
    answer = post(small.port, "/api/faces", encoded(Image.new("RGB", (200, 100))))
    assert answer.status == 400
    assert "too large: 200 x 100 pixels" in answer.json["error"]
    assert post(small.port, "/api/faces", RED).status == 200


def test_pictures_are_read_while_the_camera_is_paused(open_site):
    post(open_site.port, "/api/pause")
    try:
        assert len(post(open_site.port, "/api/faces", RED).json["faces"]) == 1
    finally:
        post(open_site.port, "/api/resume")


def test_another_model_reads_the_next_picture(site, changing, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(INT8.read_bytes())
    run = site("--source", changing, "--model", model)
    (before,) = post(run.port, "/api/faces", RED).json["faces"]
    model.with_suffix(".new").write_bytes(FLOAT32.read_bytes())
    model.with_suffix(".new").rename(model)
    os.kill(run.daemon.process.pid, signal.SIGHUP)
    run.daemon.wait_stderr("loaded again")
    (after,) = post(run.port, "/api/faces", RED).json["faces"]
    assert after["label"] == before["label"]
    assert after["scores"] != before["scores"]


def test_a_model_that_is_gone_is_no_secret_of_the_machine(site, changing, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(INT8.read_bytes())
    run = site("--source", changing, "--model", model)
    model.unlink()
    answer = post(run.port, "/api/faces", RED)
    assert answer.status == 503
    assert str(tmp_path) not in answer.json["error"]
    run.daemon.wait_stderr(str(model))
