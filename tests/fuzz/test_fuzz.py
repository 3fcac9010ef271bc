from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import harness
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("kind", TARGETS)
def test_no_damaged_input_harms_the_program(kind: str, tmp_path: Path) -> None:
    target = TARGETS[kind]
    report = harness.fuzz(kind, islice(target.inputs(tmp_path, Random(0)), target.default // 50))
    assert report.outcomes["refused"], "the inputs must be damaged"
    assert not report.faults, report.faults[0]
