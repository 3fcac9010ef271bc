"""`emotion-edge config` prints every setting and its origin."""

import tomllib

from emotion_edge.errors import MASK
from tests.edge.command_line import edge
from tests.edge.models import INT8

SECRET = "hunter2"  # must never be printed


def show(*arguments: object, **options: object) -> dict[str, str]:
    """Return the lines of `config`: key to the rest of its line. Unset keys begin with "# "."""
    result = edge("config", *arguments, **options)
    assert result.returncode == 0, result.stderr
    tomllib.loads(result.stdout)
    return dict(line.split(" = ", 1) for line in result.stdout.splitlines())


def test_the_command_line_overrides_the_file_and_the_file_overrides_the_default(write_settings):
    path = write_settings('dwell = 2\nwindow = 1.5\nruntime = "auto"\nall = true\n')
    shown = show("--config", path, "--dwell", "3", "--runtime", "litert", "--size", "64x48")
    assert shown["dwell"] == "3.0  # command line"
    assert shown["runtime"] == '"litert"  # command line'
    assert shown["size"] == '"64x48"  # command line'
    assert shown["window"] == f"1.5  # {path}"
    assert shown["all"] == f"true  # {path}"
    assert shown["threads"] == "1  # default"
    assert shown["# frames"] == "N  # default"


def test_the_output_is_a_file_with_the_same_settings(write_settings):
    first = show("--size", "64x48", "--source", 'a "b" \\ é\t.png', "--min-face", 30, "--all")
    again = write_settings("\n".join(f"{key} = {rest}" for key, rest in first.items()))
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


def test_the_default_model_is_an_installed_one_or_else_the_shipped(write_settings):
    shown = edge("config", "--config", write_settings("")).stdout
    assert "# model = MODEL  # default\n" in shown
    assert 'models = "/var/lib/emotion-edge-models"  # default\n' in shown


def test_the_command_line_can_turn_off_a_switch_in_the_file(write_settings):
    path = write_settings("hflip = true\nverbose = true")
    shown = edge("config", "--config", path, "--no-hflip").stdout
    assert "hflip = false  # command line\n" in shown
    assert f"verbose = true  # {path}\n" in shown


def test_config_never_prints_a_password(write_settings, tmp_path):
    path = write_settings(f'source = "rtsp://user:{SECRET}@camera/stream"')
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "emotion-edge.password").write_text(SECRET)
    credentials = {"CREDENTIALS_DIRECTORY": str(directory)}
    shown = edge("config", "--config", path, env=credentials).stdout
    assert 'source = "rtsp://user:********@camera/stream"' in shown
    assert f'# password = "********"  # {directory}/emotion-edge.password\n' in shown
    variable = {"EMOTION_EDGE_PASSWORD": SECRET}
    shown += edge("config", "--config", path, env={**variable, **credentials}).stdout
    assert shown.count(f"# {directory}/emotion-edge.password\n") == 2  # overrides the variable
    shown += edge("config", "--config", path, env=variable).stdout
    assert '# password = "********"  # environment EMOTION_EDGE_PASSWORD\n' in shown
    shown += edge("config", "--model", f"mqtt://u:{SECRET}/@{SECRET}@broker", env={}).stdout
    result = edge("config", "--password", SECRET, env={})
    assert result.returncode == 2
    assert "password-file" not in result.stdout
    result = edge("config", "--config", write_settings(f'all = "mqtt://:{SECRET}@broker"'))
    assert result.returncode == 2
    shown += result.stderr
    for mistyped in (f"mqtt:/u:{SECRET}@h/x", f"mqtt:u:{SECRET}@h", f"u:{SECRET}@h/x"):
        shown += edge("config", "--config", write_settings(f'to = ["{mistyped}"]')).stderr
        shown += edge("run", "--model", INT8, "--source", mistyped).stderr
    assert shown.count(f"u:{MASK}@h") == 6
    assert SECRET not in shown
