"""Intersection over union and non-maximum suppression."""

import numpy as np
import pytest

from emotion_edge.faces.nms import MERGE_IOU, iou, non_max_suppression


def test_iou_is_the_shared_area_over_the_covered_area():
    others = np.array([[0, 0, 10], [5, 0, 10], [10, 0, 10], [2, 2, 5], [-30, 40, 10]], float)
    assert iou((0, 0, 10), others) == pytest.approx([1, 1 / 3, 0, 0.25, 0])


def test_suppression_averages_overlapping_boxes_and_drops_nested_ones():
    boxes = [[0, 0, 10, 0.9], [2, 0, 10, 0.3], [40, 0, 10, 0.5], [5, 5, 5, 0.8]]
    kept = non_max_suppression(np.array(boxes))
    assert kept == pytest.approx(np.array([[0.5, 0, 10, 0.9], [40, 0, 10, 0.5]]))
    assert all(iou(kept[0], kept[1:]) <= MERGE_IOU)
    assert non_max_suppression(np.zeros((0, 4))).shape == (0, 4)


@pytest.mark.parametrize("side", [0, -3])
def test_suppression_drops_boxes_without_a_side(side):
    boxes = np.array([[5, 5, side, 0.9], [0, 0, 10, 0.5], [2, 2, side, 0.4]])
    assert non_max_suppression(boxes) == pytest.approx(np.array([[0, 0, 10, 0.5]]))
    assert non_max_suppression(boxes[:1]).shape == (0, 4)
