"""The settings file that the Debian package installs."""

import re
from pathlib import Path

from tests.edge.command_line import edge

SETTINGS = Path(__file__).parents[3] / "edge/packaging/debian/emotion-edge.toml"


def test_each_example_is_a_setting_once_its_hash_is_gone(tmp_path):
    text = SETTINGS.read_text()
    examples = re.findall(r"^# ([a-z-]+ = .*)$", text, re.M)
    assert len(examples) > 8
    for each in ("", *examples):
        (tmp_path / "edge.toml").write_text(f"{text}{each}\n")
        result = edge("config", "--config", tmp_path / "edge.toml")
        assert result.returncode == 0, result.stderr
        assert each.split(" = ")[0] in result.stdout
