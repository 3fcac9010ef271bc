"""The camera's picture on a terminal."""

import re

import numpy as np

from emotion_edge.commands.teach.terminal_picture import COLUMNS, as_text


def test_it_shows_the_frame_as_a_mirror_does():
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:240, :320] = (250, 10, 20)
    frame[240:, 320:] = (10, 20, 250)
    lines = as_text(frame)
    cells = [re.findall(r"8;2;(\d+);(\d+);(\d+)m", line) for line in lines]
    pixels = np.array(cells, int).reshape(len(lines), COLUMNS, 2, 3)
    assert abs(2 * len(lines) / COLUMNS - 480 / 640) < 0.05
    assert pixels[0, -1].tolist() == [[250, 10, 20]] * 2
    assert pixels[-1, 0].tolist() == [[10, 20, 250]] * 2
    assert not pixels[0, 0].any()
    assert {re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines} == {"▀" * COLUMNS}
