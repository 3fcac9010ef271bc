"""Settings from the command line, a file and defaults, and what `config` shows of them."""

import json
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from pathlib import Path

import pytest

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.options import add_run_options
from emotion_edge.errors import MASK
from emotion_edge.model.model_file import SHIPPED
from tests.edge.conftest import INT8, edge, own_words, save

SECRET = "hunter2"  # must not be seen again


@pytest.fixture
def settings(tmp_path):
    """Write a settings file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "edge.toml"
        path.write_text(text)
        return path

    return write


def show(*arguments: object, **options: object) -> dict[str, str]:
    """Return what `config` prints: key, with "# " where commented, to the rest of the line."""
    result = edge("config", *arguments, **options)
    assert result.returncode == 0, result.stderr
    tomllib.loads(result.stdout)
    return dict(line.split(" = ", 1) for line in result.stdout.splitlines())


def test_run_takes_its_options_from_the_file(settings, tmp_path):
    picture = save(tmp_path / "red.png", "red")
    path = settings(f'model = "{INT8}"\nsource = "{picture}"\nfaces = "off"\nverbose = true\n')
    result = edge("run", "--config", path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["label"] == "red"
    assert f"{INT8} on" in result.stderr  # verbose


def test_the_command_line_goes_before_the_file_and_the_file_before_the_default(settings):
    path = settings('dwell = 2\nwindow = 1.5\nruntime = "auto"\nall = true\n')
    shown = show("--config", path, "--dwell", "3", "--runtime", "litert", "--size", "64x48")
    assert shown["dwell"] == "3.0  # command line"
    assert shown["runtime"] == '"litert"  # command line'  # abbreviated, as argparse allows
    assert shown["size"] == '"64x48"  # command line'
    assert shown["window"] == f"1.5  # {path}"
    assert shown["all"] == f"true  # {path}"
    assert shown["threads"] == "1  # default"
    assert shown["# frames"] == "N  # default"


def test_what_config_prints_is_a_file_with_the_same_settings(settings, tmp_path):
    first = show("--size", "64x48", "--source", 'a "b" \\ é\t.png', "--min-face", 30, "--all")
    again = settings(
        "\n".join(f"{key} = {rest}" for key, rest in first.items())  # as the user would save it
    )
    second = show("--config", again)
    assert {k: v.rsplit("  #")[0] for k, v in first.items()} == {
        k: v.rsplit("  #")[0] for k, v in second.items()
    }
    assert second["min-face"] == f"30  # {again}"


def test_config_lists_every_option_of_run():
    options = {word for word in edge("run", "--help").stdout.split() if word.startswith("--")}
    named = {word.strip("[],.") for word in options} - {"--help", "--config"}
    named = {word for word in named if not word.startswith("--no-")}
    assert {f"--{key.removeprefix('# ')}" for key in show()} == named


WRONG = {
    "a typing error": ("face-treshold = 0.7", "'face-treshold'; the nearest known one is 'face-th"),
    "a dash too few": ("face_model = 'x'", "the nearest known one is 'face-model'"),
    "a table": ("[steady]\ndwell = 1", "unknown key 'steady'"),
    "the file itself": ("config = 'x'", "unknown key 'config'"),
    "no TOML": ("dwell 3", "not a TOML file: Expected '='"),
    "text for a number": ("dwell = '1'", 'dwell = "1": expected a number'),
    "a fraction": ("threads = 1.5", "threads = 1.5: expected a whole number"),
    "true for a number": ("threads = true", "threads = true: expected a whole number"),
    "a number for text": ("model = 5", "model = 5: expected text in quotes"),
    "a number for true": ("all = 1", "all = 1: expected true or false"),
    "a list": ("dwell = [1]", "dwell = [1]: expected a number"),
    "beyond its range": ("threads = 99", "threads = 99: 99 is not from 1 to 64"),
    "none of the choices": ("faces = 'of'", "faces = \"of\": invalid choice: 'of' (choose from"),
    "NUL": ('model = "a\\u0000b"', "there is a NUL in it"),
    "badly written": ("size = '64'", "'64' is not WIDTHxHEIGHT"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_in_words(case, settings):
    text, expected = WRONG[case]
    path = settings(text)
    result = edge("run", "--config", path, "--dwell", 1, "--threads", 1)  # given or not
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = own_words(result.stderr)
    assert f"error: {path}: " in line
    assert expected in line


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    result = edge("run", "--config", tmp_path / "none.toml")
    assert result.returncode == 2
    assert "none.toml: cannot read it: No such file or directory" in result.stderr
    result = edge("run", "--config", INT8)
    assert result.returncode == 2
    assert "not a TOML file" in result.stderr


def test_without_a_source_run_says_where_to_write_it(settings):
    path = settings("")
    result = edge("run", "--config", path)
    assert result.returncode == 2
    assert f'error: give --source, or write source = "..." in {path}' in result.stderr
    result = edge("run", "--model", INT8)
    assert 'error: give --source, or write source = "..." in /etc/' in result.stderr


def test_the_model_is_the_one_that_is_part_of_the_program(settings):
    assert f'model = "{SHIPPED}"  # default\n' in edge("config", "--config", settings("")).stdout


def test_the_system_file_is_read_when_it_is_there(settings):
    path = settings("dwell = 7")

    def shown(system: Path) -> str:
        code = (
            "import sys, emotion_edge.cli.config_file; from pathlib import Path;"
            f"emotion_edge.cli.config_file.SYSTEM_FILE = Path({str(system)!r});"
            "from emotion_edge.__main__ import main; sys.exit(main(['config']))"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    assert f"dwell = 7.0  # {path}\n" in shown(path)
    path.unlink()
    assert "dwell = 0.2  # default\n" in shown(path)


def test_the_command_line_undoes_what_is_true_in_the_file(settings):
    path = settings("hflip = true\nverbose = true")
    shown = edge("config", "--config", path, "--no-hflip").stdout
    assert "hflip = false  # command line\n" in shown
    assert f"verbose = true  # {path}\n" in shown


def test_a_repeated_option_is_a_list_and_the_command_line_replaces_it(settings):
    path = settings('to = ["-", "mqtt://broker/hall"]')

    def merged(*arguments: str) -> list[str]:
        argv = ["run", "--config", str(path), *arguments]
        parser = ArgumentParser()
        parser.set_defaults(needs=())
        add_run_options(parser)
        return merge_config(parser.parse_args(argv[1:]), argv).to

    assert merged() == ["-", "mqtt://broker/hall"]
    assert merged("--to", "mqtt://other/hall", "--to=-") == ["mqtt://other/hall", "-"]


def test_config_never_prints_a_password(settings, tmp_path):
    path = settings(f'source = "rtsp://user:{SECRET}@camera/stream"')
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "emotion-edge.password").write_text(SECRET)
    place = {"CREDENTIALS_DIRECTORY": str(directory)}
    shown = edge("config", "--config", path, env=place).stdout
    assert 'source = "rtsp://user:********@camera/stream"' in shown
    assert f'# password = "********"  # {directory}/emotion-edge.password\n' in shown
    variable = {"EMOTION_EDGE_PASSWORD": SECRET}
    shown += edge("config", "--config", path, env={**variable, **place}).stdout
    assert shown.count(f"# {directory}/emotion-edge.password\n") == 2  # goes before
    shown += edge("config", "--config", path, env=variable).stdout
    assert '# password = "********"  # environment EMOTION_EDGE_PASSWORD\n' in shown
    shown += edge("config", "--model", f"mqtt://u:{SECRET}/@{SECRET}@broker", env={}).stdout
    result = edge("config", "--password", SECRET, env={})
    assert result.returncode == 2
    assert "password-file" not in result.stdout
    result = edge("config", "--config", settings(f'all = "mqtt://:{SECRET}@broker"'))
    assert result.returncode == 2
    shown += result.stderr
    for mistyped in (f"mqtt:/u:{SECRET}@h/x", f"mqtt:u:{SECRET}@h", f"u:{SECRET}@h/x"):
        shown += edge("config", "--config", settings(f'to = ["{mistyped}"]')).stderr
        shown += edge("run", "--model", INT8, "--source", mistyped).stderr
    assert shown.count(f"u:{MASK}@h") == 6
    assert SECRET not in shown
