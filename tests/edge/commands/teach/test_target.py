"""The file that `emotion-edge teach` writes, and what it does not replace."""

import pytest

from tests.edge.command_line import edge
from tests.edge.commands.teach.shades import SWAP, save_shades, teach
from tests.edge.models import INT8


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


def test_only_a_taught_file_is_replaced_or_removed(tmp_path, file):
    data = save_shades(tmp_path / "data", SWAP)
    (other := tmp_path / "thesis.json").write_text('{"pages": 1}')
    for options in (("--from", data), ("--forget",)):
        result = edge("teach", "--model", INT8, *options, "--to", other)
        assert result.returncode == 2
        assert "a taught file" in result.stderr
    assert other.read_text() == '{"pages": 1}'
    assert teach(data, file).returncode == 0
    assert teach(data, file).returncode == 0
    result = edge("teach", "--forget", "--to", file)
    assert result.returncode == 0
    assert result.stdout.startswith(
        f"removed: {file}; a program that runs with it keeps it until its end"
    )
    assert not file.exists()
    assert teach(data, file).returncode == 0
    (tmp_path / "link.json").symlink_to(file)
    assert edge("teach", "--forget", "--to", tmp_path / "link.json").returncode == 0
    assert not file.exists()
    assert not (tmp_path / "link.json").is_symlink()
    assert "no such file" in edge("teach", "--forget", "--to", file).stderr
