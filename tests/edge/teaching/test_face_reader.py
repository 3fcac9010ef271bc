"""What the network makes of the faces in pictures."""

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.image_files import read_picture
from emotion_edge.imaging.regions import whole
from emotion_edge.model.classifier import Classifier
from emotion_edge.teaching.class_pictures import ClassPicture
from emotion_edge.teaching.face_reader import FaceReader
from tests.edge.models import INT8, LABELS
from tests.edge.pictures import save, save_cut_face


def no_detector() -> FaceDetector:
    raise AssertionError("every picture says where its face is")


@pytest.fixture
def cut(tmp_path):
    """Two prepared pictures: a face of one colour in surroundings of another."""
    return [
        ClassPicture("red", save_cut_face(tmp_path / "a.png", "red", around="blue")),
        ClassPicture("blue", save_cut_face(tmp_path / "b.png", "blue", around="red")),
    ]


def test_the_face_that_a_prepared_picture_names_is_read(cut):
    faces = FaceReader(Classifier(INT8), no_detector).read(cut, LABELS)
    assert faces.targets.tolist() == [LABELS.index("red"), LABELS.index("blue")]
    assert faces.bursts.tolist() == [0, 1]
    assert faces.features.shape == faces.logits.shape == (2, 2, 3)
    assert faces.logits.dtype == faces.features.dtype == np.float32
    classifier = Classifier(INT8)
    for picture, logits, features in zip(cut, faces.logits, faces.features, strict=True):
        read = read_picture(picture.path)
        answer = classifier.classify(read.pixels, read.face)
        assert answer.logits == pytest.approx(logits.mean(axis=0))
        assert answer.embedding == pytest.approx(features.mean(axis=0))


def test_each_face_is_looked_at_in_the_mirror_too(tmp_path):
    pixels = np.asarray(pytest.importorskip("tests.edge.photographs").astronaut().picture)
    for name, image in (("a.png", pixels), ("b.png", pixels[:, ::-1])):
        save_face(tmp_path / name, image, whole(image))
    pictures = [ClassPicture("happy", tmp_path / name) for name in ("a.png", "b.png")]
    faces = FaceReader(Classifier(), no_detector).read(pictures, ("happy", "sad"))
    (one, mirrored_one), (other, mirrored_other) = faces.features
    apart = np.abs(one - mirrored_one).max()
    assert apart > 0.01
    assert np.abs(one - mirrored_other).max() < apart / 5
    assert np.abs(other - mirrored_one).max() < apart / 5


def test_unreadable_pictures_are_named_and_left_out(cut, tmp_path, caplog):
    (tmp_path / "broken.jpg").write_text("no picture")
    pictures = [*cut, ClassPicture("red", tmp_path / "broken.jpg")]
    assert len(FaceReader(Classifier(INT8), no_detector).read(pictures, LABELS)) == 2
    assert f"{tmp_path / 'broken.jpg'}: cannot read it: " in caplog.text


def test_copies_of_a_picture_are_counted_and_left_out(cut, tmp_path, caplog):
    copy = tmp_path / "copy.png"
    copy.write_bytes(cut[0].path.read_bytes())
    pictures = [*cut, ClassPicture("red", copy)]
    faces = FaceReader(Classifier(INT8), no_detector).read(pictures, LABELS)
    assert faces.targets.tolist() == [LABELS.index("red"), LABELS.index("blue")]
    assert caplog.messages == ["left out 1 picture(s) that are the same as another"]


def test_pictures_without_a_face_are_counted_and_named(cut, tmp_path, caplog):
    empty = [ClassPicture("red", save(tmp_path / f"{n}.png", "red")) for n in range(5)]
    reader = FaceReader(Classifier(INT8), FaceDetector)
    assert len(reader.read([*cut, *empty], LABELS)) == 2
    assert caplog.messages == ["red: no face in 5 picture(s), such as 0.png, 1.png, 2.png"]
    with pytest.raises(UserError, match="no face in any of 5 pictures"):
        reader.read(empty, LABELS)


def test_the_largest_of_several_faces_counts(tmp_path):
    photographs = pytest.importorskip("tests.edge.photographs")
    scene = photographs.scene("coffee")
    small, large = photographs.Box(60, 60, 70), photographs.Box(330, 150, 200)
    portrait = photographs.astronaut()
    alone = photographs.paste(scene, portrait, large)
    both = photographs.paste(alone, portrait, small)
    for name, picture in (("alone", alone), ("both", both)):
        picture.save(tmp_path / f"{name}.png")
    names = {"red": "alone.png", "blue": "both.png"}
    pictures = [ClassPicture(label, tmp_path / name) for label, name in names.items()]
    faces = FaceReader(Classifier(INT8), FaceDetector).read(pictures, LABELS)
    assert faces.features[0] == pytest.approx(faces.features[1], abs=0.02)
