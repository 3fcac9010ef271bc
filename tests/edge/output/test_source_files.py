"""Which files a source reads: --draw must not replace them, and must not delay the end."""

import signal
import subprocess
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from emotion_edge.output.source_files import source_includes
from tests.edge.command_line import command
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.waiting import PROMPT_S


@pytest.fixture
def tree(tmp_path) -> Path:
    folder = tmp_path / "tree"
    for name in ("a.png", "b/c.png", "b/d/e.png"):
        save(folder / name, "red")
    (folder / "b/d/self").symlink_to(folder / "b/d")
    (folder / "b/gone.png").symlink_to("nowhere")
    return folder


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("{}", "b/c.png", True),
        ("{}/a.png", "b/c.png", False),
        ("{}/**/c.png", "b/c.png", True),
        ("{}/**/*.jpg", "b/c.png", False),
        ("{}/*/c.*", "b/c.png", True),
        ("{}/*/g*.png", "b/c.png", False),
        ("{}/b/d/self/*.png", "b/d/e.png", True),
        ("{}/*.png", "b/c.png", False),
    ],
)
def test_a_file_belongs_to_the_source_that_reads_it(source, path, expected, tree):
    assert source_includes(source.format(tree), tree / path, Event()) is expected


@pytest.mark.parametrize("source", ["/", "/**/*.png", "//**/*"])
def test_a_file_in_a_huge_source_is_known_without_a_search(source, tree):
    start = time.monotonic()
    assert source_includes(source, tree / "b/c.png", Event())
    assert time.monotonic() - start < PROMPT_S


def test_a_search_for_links_can_be_stopped(tree):
    stop = Event()
    Timer(0.2, stop.set).start()
    start = time.monotonic()
    assert not source_includes("/**/*.none", tree / "b/c.png", stop)
    assert time.monotonic() - start < PROMPT_S


def test_a_stop_signal_ends_a_search_of_the_whole_disk(tree):
    sheet = save(tree / "sheet.jpg", "red")
    draw = ("--source", "/**/*.png", "--draw", sheet)
    words = command("run", "--model", INT8, "--faces", "off", *draw)
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert time.monotonic() - start < PROMPT_S
        assert "Traceback" not in process.stderr.read()
