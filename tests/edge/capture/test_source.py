"""Sources opened from Python; everything but the name has a default."""

import numpy as np
import pytest

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.capture.source import open_source
from emotion_edge.errors import UserError
from tests.edge.pictures import COLOURS, save, solid
from tests.edge.recordings import write_recording


def test_a_picture_needs_only_its_name(tmp_path):
    path = save(tmp_path / "photo.png", "red")
    for frames in (open_source(str(path)), open_files(str(path))):
        (frame,) = frames
        assert (frame.source, frame.index, frame.seconds, frame.dropped) == (str(path), 0, None, 0)
        assert np.array_equal(frame.pixels, solid("red"))


def test_a_folder_gives_every_picture(photos):
    assert len(list(open_source(str(photos)))) == len(COLOURS)


def test_a_recording_is_played_with_its_times(tmp_path):
    recording = write_recording(tmp_path / "r", [solid("red"), solid("blue")])
    frames = list(open_source(f"replay:{recording}"))
    assert frames[-1].index == 1
    assert frames[-1].seconds == 0.1


def test_raw_frames_need_a_size():
    with pytest.raises(UserError, match="--source - needs --size WxH"):
        open_source("-")
