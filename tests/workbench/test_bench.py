"""The benches can be started: what they import is there, and their help teaches."""

import pytest

from tests.workbench.conftest import REPOSITORY, run

MODULES = sorted(path.stem for path in (REPOSITORY / "bench").glob("*.py") if path.stem[0] != "_")


@pytest.mark.parametrize("module", MODULES)
def test_a_bench_says_how_it_is_run(module):
    result = run(f"bench.{module}", "--help")
    assert result.returncode == 0, result.stderr
    assert f"python -m bench.{module}" in result.stdout
