"""Faces to learn from: joined, relabelled and without copies."""

from dataclasses import replace

import numpy as np
import pytest

from tests.edge.teaching.taught_files import some_faces

LABELS = ("sad", "happy", "wink")


@pytest.fixture
def faces():
    """Return four faces in two bursts: sad, happy; wink, sad."""
    return some_faces(LABELS)


def test_joined_faces_keep_their_labels_and_no_burst_grows(faces):
    more = replace(some_faces(LABELS, 3), features=faces.features[:3] + 10)
    joined = faces.joined(more)
    assert joined.targets.tolist() == [0, 1, 2, 0, 0, 1, 2]
    assert joined.bursts.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert np.array_equal(joined.features[:4], faces.features)


def test_a_face_in_both_counts_once_and_is_what_the_newer_say(faces):
    corrected = replace(faces.only([1, 3]), targets=np.array([2, 2]))
    joined = faces.joined(corrected)
    assert joined.targets.tolist() == [0, 2, 2, 2]
    assert np.array_equal(joined.features, faces.features[[0, 2, 1, 3]])
    assert np.array_equal(joined.logits, faces.logits[[0, 2, 1, 3]])
    assert faces.joined(faces).counts().tolist() == faces.counts().tolist()


def test_copies_of_a_face_count_once_for_a_label(faces):
    copied = faces.only([0, 1, 1, 0, 2, 1])
    assert np.array_equal(copied.distinct().features, faces.features[:3])
    contradictory = replace(copied, targets=np.array([0, 1, 2, 0, 2, 2]))
    assert contradictory.distinct().targets.tolist() == [0, 1, 2, 2]
    mirrored = replace(faces, features=faces.features[:, ::-1])
    assert len(faces.joined(mirrored).distinct()) == 8


def test_relabelled_faces_are_those_whose_label_is_left(faces):
    found = faces.relabelled(("wink", "new", "sad"))
    assert found.targets.tolist() == [2, 0, 2]
    assert np.array_equal(found.features, faces.features[[0, 2, 3]])
