"""The benches can be started: what they import is there, and their help teaches."""

import pytest

from bench.__main__ import HEAD, TITLES, read, write
from tests.workbench.conftest import REPOSITORY, run

MODULES = sorted(path.stem for path in (REPOSITORY / "bench").glob("*.py") if path.stem[0] != "_")


@pytest.mark.parametrize("module", MODULES)
def test_a_bench_says_how_it_is_run(module):
    result = run(f"bench.{module}", "--help")
    assert result.returncode == 0, result.stderr
    assert f"python -m bench.{module}" in result.stdout


def test_one_part_of_the_results_is_renewed_and_the_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.__main__.RESULTS", tmp_path / "RESULTS.md")
    first, second = list(TITLES.values())[:2]
    write({second: "`b`\n\n```\n2 ms\n```\n", first: "`a`\n\n```\n1 ms\n```\n"})
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.startswith(HEAD)
    assert text.index(first) < text.index("1 ms") < text.index(second) < text.index("2 ms")
    write(read(text) | {first: "`a`\n\n```\n3 ms\n```\n"})
    assert (tmp_path / "RESULTS.md").read_text() == text.replace("1 ms", "3 ms")
