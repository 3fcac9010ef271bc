"""BlazeFace: its anchors."""

from emotion_edge.faces.blazeface import anchors


def test_there_are_two_anchors_per_cell_of_8_pixels_and_six_per_cell_of_16_row_by_row():
    centres = anchors()
    assert centres.shape == (896, 2)
    assert centres[:4].tolist() == [[1 / 32, 1 / 32]] * 2 + [[3 / 32, 1 / 32]] * 2
    assert centres[32].tolist() == [1 / 32, 3 / 32]  # the second row
    assert centres[512:519].tolist() == [[1 / 16, 1 / 16]] * 6 + [[3 / 16, 1 / 16]]
    assert centres[-1].tolist() == [15 / 16, 15 / 16]
