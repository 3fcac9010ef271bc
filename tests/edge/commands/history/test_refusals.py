"""Files and options that `emotion-edge history` refuses."""

import os
import tempfile
from pathlib import Path

import pytest

from emotion_edge.output.history.database import add_rows
from tests.edge.command_line import edge, edge_in_python, own_lines
from tests.edge.output.history.rows import row

REFUSED = {
    "no file": ("none.db", "No such file or directory"),
    "not a database": ("text.db", "it is not a history of emotion-edge"),
    "a folder": (".", "Is a directory"),
    "empty": ("empty.db", "there is nothing in it yet"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_no_history_is_refused(kind, tmp_path):
    (tmp_path / "text.db").write_text("time,label\n" * 999)
    (tmp_path / "empty.db").touch()
    name, reason = REFUSED[kind]
    for options in ((), ("--json",)):
        result = edge("history", tmp_path / name, *options)
        assert (result.returncode, result.stdout) == (2, "")
        (line,) = own_lines(result.stderr)
        assert line.startswith(f"emotion-edge: error: {tmp_path / name}: ")
        assert reason in line


# Imports first: somebody else may not read Python's files either.
AS_SOMEBODY_ELSE = """
import locale, os, emotion_edge.cli.command_line, emotion_edge.commands.history
os.setuid(65_534)
sys.exit(main(arguments))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_somebody_else_may_not_read_it():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "labels.db")
        add_rows(path, [row()])
        result = edge_in_python(AS_SOMEBODY_ELSE, "history", path)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{path}: no permission to read and write it and its folder; use sudo" in result.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--from", "yesterday"), "'yesterday' is not a day or a time, such as 2026-11-28"),
        (("--to", "0001-01-01T00:00+14:00"), "is not a day or a time"),
        (("--to", "9999-12-31"), "is not a day or a time"),
        (("--from", "2026-11-28", "--to", "2026-11-27"), "--from is not before --to"),
        (("--csv", "--json"), "not allowed with"),
        (("--by", "year"), "invalid choice"),
    ],
)
def test_bad_options_are_refused(tmp_path, options, reason):
    add_rows(tmp_path / "labels.db", [row()])
    result = edge("history", tmp_path / "labels.db", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
