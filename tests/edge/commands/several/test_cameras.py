"""`emotion-edge run` with several cameras: names, lines, losses, what is refused."""

import json
import shutil
import signal
from threading import Event

import pytest

from emotion_edge.capture.source import SourceSettings
from emotion_edge.commands.feed import make_feeds
from emotion_edge.commands.settings import RunSettings
from emotion_edge.output.json_lines import lines_of as lines_of_result
from emotion_edge.output.settings import OutputSettings
from emotion_edge.pipeline.factory import AnalyzerSettings
from tests.edge.command_line import edge, own_lines
from tests.edge.commands.several.recordings import one_colour
from tests.edge.models import INT8, with_contract
from tests.edge.system.board import Board
from tests.edge.waiting import until

RUN = ("run", "--model", INT8, "--faces", "off")


def lines_of(run, name: str) -> list[dict]:
    return [line for line in run.stdout if line["source"] == name]


def test_each_camera_has_lines_of_its_own(daemon, cameras):
    run = daemon(*cameras, "--all", "--frames", 30)
    assert run.process.wait(60) == 0, run.stderr
    assert len(run.stdout) == 30
    for name, label in (("door", "red"), ("desk", "blue")):
        lines = lines_of(run, name)
        assert len(lines) >= 10
        assert {line["raw"] for line in lines} == {label}
        numbers = [line["frame"] for line in lines]
        assert numbers == sorted(set(numbers))


def test_it_ends_when_the_last_camera_has_ended(tmp_path, daemon):
    short = one_colour(tmp_path / "short", "red", seconds=0.5)
    long = one_colour(tmp_path / "long", "blue", seconds=2)
    run = daemon("--source", f"short={short}", "--source", f"long={long}", "--all")
    assert run.process.wait(60) == 0, run.stderr
    assert lines_of(run, "short")[-1]["frame"] == 4
    assert lines_of(run, "long")[-1]["frame"] == 19
    assert own_lines(run.stderr) == []


def test_a_camera_that_is_lost_leaves_the_others_alone(tmp_path, daemon, cameras):
    broken = one_colour(tmp_path / "broken", "green", seconds=0.5, fault="vanish")
    run = daemon(*cameras[:2], "--source", f"broken={broken}", "--all")
    until(lambda: ("unknown", "no_camera") in run.decisions, "the loss")
    lost = next(line for line in run.stdout if line["reason"] == "no_camera")
    assert lost["source"] == "broken"
    before = len(lines_of(run, "door"))
    until(lambda: len(lines_of(run, "door")) > before + 5, "lines of the other")
    assert run.end()[0] == 0


def test_what_ends_one_camera_for_good_ends_the_program(tmp_path, daemon, cameras):
    shutil.rmtree(tmp_path / "desk")
    run = daemon(*cameras)
    assert run.process.wait(60) == 2
    assert "desk" in run.stderr and "Traceback" not in run.stderr


def test_counts_of_a_period_say_which_camera_they_are_of():
    sources = tuple(SourceSettings(source="picamera2", given_name=name) for name in ("a", "b"))
    settings = RunSettings(
        sources=sources,
        analyzer=AnalyzerSettings(model=INT8, faces="off"),
        output=OutputSettings(aggregate=1e-9),
    )
    for feed in make_feeds(settings, Event()):
        result = feed.counter.process(feed.analyzer.no_signal("picamera2", "no_camera"))
        (line,) = lines_of_result(result, every_frame=False)
        assert line["source"] == feed.source.given_name


def test_another_model_is_for_all_cameras(tmp_path, daemon, cameras):
    model = tmp_path / "model.tflite"
    shutil.copy(INT8, model)
    run = daemon(*cameras, "--model", model, "--all")
    until(lambda: {line["source"] for line in run.stdout} == {"door", "desk"}, "both cameras")
    model.write_bytes(with_contract(labels=("blau", "gruen", "rot")))
    run.process.send_signal(signal.SIGHUP)
    for name, label in (("door", "rot"), ("desk", "blau")):
        until(lambda: lines_of(run, name)[-1]["raw"] == label, f"{label} of {name}")  # noqa: B023
    assert run.end()[0] == 0


def test_the_light_is_on_while_any_camera_gives_frames(tmp_path, daemon):
    pytest.importorskip("gpiozero")
    board = Board(tmp_path)
    board.plan(cameras=2)
    broken = one_colour(tmp_path / "broken", "green", seconds=0.5, fault="vanish")
    run = daemon(
        *("--source", "pi=picamera2", "--source", f"other={broken}", "--indicator", "GPIO17"),
        *("--all", "--frames", 60, "--fps", 20),
        env=board.environment,
    )
    assert run.process.wait(60) == 0, run.stderr
    assert ("unknown", "no_camera") in run.decisions
    assert board.levels == [True, False]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["picamera2", "v4l2:/dev/video0"], "one of several needs a name"),
        (["a=picamera2", "a=v4l2:/dev/video0"], "two sources have this name"),
        (["a=picamera2", "photo.jpg"], "several sources must be cameras"),
        (["a=picamera2", "b=photo.jpg"], "several sources must be cameras"),
        (["a=picamera2", "b=-"], "several sources must be cameras"),
        (["rtsp://hall:secret@camera/1", "b=picamera2"], "one of several needs a name"),
        (["a=picamera2", "b="], "--source b=: the source is empty; such as --source b=picamera2"),
        (["b= ", "photo.jpg"], "--source b=: the source is empty; such as --source b=picamera2"),
        (["a=picamera2", ""], "--source is empty"),
    ],
)
def test_sources_that_cannot_be_together_are_refused(sources, message):
    options = [word for source in sources for word in ("--source", source)]
    result = edge(*RUN, *options, "--size", "40x30")
    assert result.returncode == 2
    assert message in result.stderr
    assert "secret" not in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "option", [("--web",), ("--metrics", 9300), ("--history", "a.db"), ("--draw", "a.png")]
)
def test_outputs_for_one_camera_are_refused(option, cameras, tmp_path):
    result = edge(*RUN, *cameras, *option, cwd=tmp_path)
    assert result.returncode == 2
    assert f"{option[0]} is for one --source" in result.stderr
    assert not list(tmp_path.glob("a.*"))


def test_a_file_with_an_equals_sign_is_no_camera(tmp_path, photos):
    (tmp_path / "door=red.png").write_bytes((photos / "0-blue.png").read_bytes())
    result = edge(*RUN, "--source", "door=red.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["source"] == "door=red.png"


def test_the_settings_file_has_a_list_of_them(write_settings, cameras):
    sources = [cameras[1], cameras[3]]
    path = write_settings(f"source = {json.dumps(sources)}\n")
    shown = edge("config", "--config", path).stdout
    assert f"source = {json.dumps(sources)}  # {path}" in shown
    one = edge("config", "--config", path, "--source", "picamera2").stdout
    assert 'source = "picamera2"  # command line' in one


def test_doctor_looks_at_each(cameras):
    result = edge("doctor", "--faces", "off", *cameras, "--json")
    found = [each["found"] for each in json.loads(result.stdout) if each["check"] == "camera"]
    assert [text.split(":")[0] for text in found] == ["door", "desk"]
