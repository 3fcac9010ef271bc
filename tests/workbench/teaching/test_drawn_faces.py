"""What the shipped model learns from drawn people, whom it has never seen."""

import numpy as np
import pytest

from tests.edge.command_line import edge
from tests.workbench.teaching.drawn import answers, draw, right

ASKED = range(20, 50)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Pictures of people who are not taught."""
    return draw(tmp_path_factory.mktemp("asked"), ASKED)


@pytest.fixture(scope="module")
def before(asked):
    """What the model itself calls them."""
    return answers(asked)


def test_ten_faces_of_each_expression_teach_other_peoples(tmp_path, asked, before):
    draw(tmp_path / "faces", range(10))
    file = tmp_path / "taught.json"
    result = edge("teach", "--from", tmp_path / "faces", "--to", file)
    assert result.returncode == 0, result.stderr
    assert f"written: {file}" in result.stdout
    assert file.stat().st_size < 200_000
    after = right(answers(asked, "--taught", file))
    assert np.mean(after) > 0.8
    assert np.mean(after) > np.mean(right(before)) + 0.1


@pytest.mark.parametrize("each", [1, pytest.param(2, marks=pytest.mark.long), 3])
def test_a_few_faces_do_no_harm(tmp_path, asked, before, each):
    changes = []
    for trial in range(2):
        first = trial * each
        faces = draw(tmp_path / f"faces{trial}", range(first, first + each))
        file = tmp_path / f"taught{trial}.json"
        assert edge("teach", "--from", faces, "--to", file).returncode == 0
        after = answers(asked, "--taught", file) if file.exists() else before
        assert after.keys() == before.keys()
        changes.append(np.array(right(after), int) - right(before))
    changed = np.concatenate(changes)
    assert changed.sum() >= -2 * np.sqrt(np.abs(changed).sum())  # no more than by chance
