"""What docs/stability.md promises is what there is: nothing less, nothing else, nothing more."""

import pytest

from tests.workbench.project.stable.comparison import explain
from tests.workbench.project.stable.kinds import KINDS
from tests.workbench.project.stable.snapshots import FOLDER, read


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_is_as_promised(kind, tmp_path):
    problem = explain(kind, read(kind), KINDS[kind](tmp_path))
    assert not problem, problem


def test_each_kind_has_a_snapshot_that_holds_something():
    assert {path.stem for path in FOLDER.iterdir()} == set(KINDS)
    assert all(read(kind) for kind in KINDS)
