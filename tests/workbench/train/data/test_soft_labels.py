"""Errors in votes.csv."""

import pytest

from emotion_edge.errors import UserError
from train.data.soft_labels import read_votes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture,a,(others)\ntrain/a/1.png,3,0\n", "no column 'b'"),
        ("picture,a,b,(others)\ntrain/a/1.png,3,x,0\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,3\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,0,0,4\n", "no vote for any label"),
        ("", "not a file of votes"),
        ("garbage\n", "its first column is not picture"),
    ],
)
def test_an_invalid_file_of_votes_is_refused(text, words, tmp_path):
    (tmp_path / "votes.csv").write_text(text)
    with pytest.raises(UserError, match=words):
        read_votes(tmp_path, ["a", "b"], [("a", tmp_path / "train/a/1.png")])
