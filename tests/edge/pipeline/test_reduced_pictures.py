"""A photograph that is too large to decode whole is analysed, and boxes are in its own pixels."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_picture
from emotion_edge.model.classifier import Classifier
from emotion_edge.output.contact_sheet import ContactSheet
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from tests.edge.models import INT8
from tests.edge.photographs import frame_with_heads

BOX_COLOUR = (255, 214, 10)


@pytest.mark.searches
def test_the_box_of_a_reduced_photograph_is_in_the_pixels_of_its_file(tmp_path):
    photo = Image.fromarray(frame_with_heads((300, 120))).resize((1920, 1440))
    photo.save(tmp_path / "photo.jpg", quality=95)
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector())
    boxes, reductions, sheets = [], [], []
    for limit in (25, 0.7):
        picture = read_picture(tmp_path / "photo.jpg", limit)
        frame = Frame("photo.jpg", 0, picture.pixels, reduction=picture.reduction)
        result = analyzer.process(frame)
        sheet = ContactSheet()
        sheet.add(result)
        sheets.append(np.asarray(sheet.image().resize((960, 720))).astype(int))
        boxes.append(result.faces[0].box)
        reductions.append(picture.reduction)
    assert reductions == [1, 2]
    assert np.abs(np.subtract(*boxes)).max() < 0.05 * boxes[0].side
    # The box is drawn around the face, at the same place in both.
    edges = [np.argwhere(np.abs(each - BOX_COLOUR).sum(axis=2) < 60) for each in sheets]
    assert np.abs(edges[0].min(axis=0) - edges[1].min(axis=0)).max() < 25
