"""Options from a settings file."""

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.options.shared import add_run_options
from tests.edge.command_line import edge, edge_in_python, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import save


def test_run_reads_its_options_from_the_file(write_settings, tmp_path):
    picture = save(tmp_path / "red.png", "red")
    path = write_settings(
        f'model = "{INT8}"\nsource = "{picture}"\nfaces = "off"\nverbose = true\n'
    )
    result = edge("run", "--config", path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["label"] == "red"
    assert f"{INT8} on" in result.stderr  # verbose


BAD_FILES = {
    "a misspelled key": (
        "face-treshold = 0.7",
        "'face-treshold'; the nearest known one is 'face-th",
    ),
    "an underscore for a dash": ("min_face = 9", "the nearest known one is 'min-face'"),
    "a table": ("[steady]\ndwell = 1", "unknown key 'steady'"),
    "the file itself": ("config = 'x'", "unknown key 'config'"),
    "not TOML": ("dwell 3", "not a TOML file: Expected '='"),
    "text for a number": ("dwell = '1'", 'dwell = "1": expected a number'),
    "a fraction": ("threads = 1.5", "threads = 1.5: expected a whole number"),
    "true for a number": ("threads = true", "threads = true: expected a whole number"),
    "a number for text": ("model = 5", "model = 5: expected text in quotes"),
    "a number for a switch": ("all = 1", "all = 1: expected true or false"),
    "a list": ("dwell = [1]", "dwell = [1]: expected a number"),
    "out of range": ("threads = 99", "threads = 99: 99 is not from 1 to 64"),
    "not a choice": ("faces = 'of'", "faces = \"of\": invalid choice: 'of' (choose from"),
    "NUL": ('model = "a\\u0000b"', "there is a NUL in it"),
    "a malformed value": ("size = '64'", "'64' is not WIDTHxHEIGHT"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_with_a_reason(case, write_settings):
    text, expected = BAD_FILES[case]
    path = write_settings(text)
    result = edge(
        "run", "--config", path, "--dwell", 1, "--threads", 1
    )  # options on the command line do not hide the error
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = own_lines(result.stderr)
    assert f"error: {path}: " in line
    assert expected in line


def test_a_missing_or_binary_file_is_refused(tmp_path):
    result = edge("run", "--config", tmp_path / "none.toml")
    assert result.returncode == 2
    assert "none.toml: cannot read it: No such file or directory" in result.stderr
    result = edge("run", "--config", INT8)
    assert result.returncode == 2
    assert "not a TOML file" in result.stderr


def test_without_a_source_the_error_names_the_option_and_the_file(write_settings):
    path = write_settings("")
    result = edge("run", "--config", path)
    assert result.returncode == 2
    assert f'error: give --source, or write source = "..." in {path}' in result.stderr
    result = edge("run", "--model", INT8)
    assert 'error: give --source, or write source = "..." in /etc/' in result.stderr


def test_the_system_file_is_read_if_it_exists(write_settings):
    path = write_settings("dwell = 7")

    def shown(system: Path) -> str:
        program = (
            "import emotion_edge.cli.config_file; from pathlib import Path;"
            f"emotion_edge.cli.config_file.SYSTEM_FILE = Path({str(system)!r});"
            "sys.exit(main(['config']))"
        )
        result = edge_in_python(program)
        assert result.returncode == 0, result.stderr
        return result.stdout

    assert f"dwell = 7.0  # {path}\n" in shown(path)
    path.unlink()
    assert "dwell = 0.2  # default\n" in shown(path)


def test_a_repeated_option_is_a_list_and_the_command_line_replaces_it(write_settings):
    path = write_settings('to = ["-", "mqtt://broker/hall"]')

    def merged(*arguments: str) -> list[str]:
        argv = ["run", "--config", str(path), *arguments]
        parser = ArgumentParser()
        parser.set_defaults(needs=())
        add_run_options(parser)
        return merge_config(parser.parse_args(argv[1:]), argv).to

    assert merged() == ["-", "mqtt://broker/hall"]
    assert merged("--to", "mqtt://other/hall", "--to=-") == ["mqtt://other/hall", "-"]
