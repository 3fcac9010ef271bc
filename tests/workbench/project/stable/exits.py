"""The exit codes, each of a real run."""

import errno
import signal
from pathlib import Path

from emotion_edge.errors import exit_code
from tests.edge.command_line import edge
from tests.edge.daemon import Daemon
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.recordings import write_changing_colours


def exit_codes(folder: Path) -> dict[str, object]:
    """Return the exit code by what happens."""
    save(folder / "good" / "red.png", "red")
    save(folder / "mixed" / "red.png", "red")
    for name in ("mixed/broken.png", "broken.png"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (folder / "wrong.toml").write_text("sauce = 1\n")

    def run(*options: object) -> int:
        given = ("--model", INT8, "--faces", "off", *options)
        return edge("run", *given, cwd=folder).returncode

    return {
        "pictures are labelled": run("--source", "good"),
        "SIGTERM ends run": _ended(folder, signal.SIGTERM),
        "Ctrl-C ends run": _ended(folder, signal.SIGINT),
        "Ctrl-C ends another command": exit_code("emotion-edge", _interrupted),
        "the disk is full": exit_code("emotion-edge", _disk_full),
        "some pictures cannot be read": run("--source", "mixed"),
        "a check of doctor fails": edge("doctor", "--model", folder / "none").returncode,
        "the picture cannot be read": run("--source", "broken.png"),
        "an option is unknown": run("--source", "good", "--no-such-option"),
        "a key of the settings is unknown": run("--source", "good", "--config", "wrong.toml"),
        "the model is none": run("--source", "good", "--model", "broken.png"),
    }


def _ended(folder: Path, number: signal.Signals) -> int:
    source = f"replay:{write_changing_colours(folder / number.name)}"
    daemon = Daemon(folder / f"daemon-{number.name}", "--source", source)
    daemon.wait_lines(1)
    return daemon.end(number)[0]


def _interrupted() -> int:
    raise KeyboardInterrupt


def _disk_full() -> int:
    raise OSError(errno.ENOSPC, "No space left on device")
