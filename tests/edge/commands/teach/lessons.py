"""Videos of somebody who makes faces as the wizard asks, and the wizard on a real terminal."""

import os
import pty
import subprocess
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import av
import numpy as np
from PIL import Image, ImageDraw

from tests.edge.command_line import command
from tests.edge.photographs import HEAD, HEIGHT, WIDTH
from tests.edge.waiting import until

RATE = 10
TONGUE = "tongue out"
LABELS = ("--label", "happy", "--label", TONGUE)
_TONGUE_BOX = (58, 112, 92, 148)  # in HEAD
DARK = "darkness"
STEP_S = 4.0  # of the countdown and six faces
STEPS = [("happy", STEP_S + 1.5), (TONGUE, STEP_S), ("happy", STEP_S), (TONGUE, 9)]
"""What somebody shows who does as the wizard asks for `LABELS`."""


def frame(expression: str, number: int) -> np.ndarray:
    """Return a frame (480, 640, 3): a head, which moves with the frame's number, or none, or two.

    expression: "happy", "tongue out", "nobody", "two people" or `DARK`.
    """
    head = Image.fromarray(HEAD)
    if expression == TONGUE:
        ImageDraw.Draw(head).ellipse(_TONGUE_BOX, fill=(230, 60, 90))
    turned = head.rotate(8 * np.sin(number), Image.Resampling.BICUBIC)
    picture = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 90))
    places = {"nobody": (), "two people": (60, 380)}.get(expression, (200 + 5 * (number % 7),))
    for x in places:
        picture.paste(turned.resize((200, 200)), (x, 120))
    pixels = np.asarray(picture)
    return pixels // 12 if expression == DARK else pixels


def save_frame(path: Path, expression: str, number: int) -> Path:
    """Write a frame and return its path."""
    Image.fromarray(frame(expression, number)).save(path)
    return path


def film(path: Path, acts: Iterable[tuple[str, float]]) -> Path:
    """Write a video. acts: an expression and its seconds, one after the other."""
    with av.open(path, "w") as container:
        stream = container.add_stream("mjpeg", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        names = [name for name, seconds in acts for _ in range(round(seconds * RATE))]
        for number, name in enumerate(names):
            pixels = frame(name, number)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


class Lesson:
    """`emotion-edge teach` in a new terminal."""

    def __init__(self, *arguments: object, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command("teach", *arguments)],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"TERM": "xterm", "COLORTERM": ""} | environment,
        )
        os.close(theirs)
        self.shown = ""
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        decoder = getincrementaldecoder("utf-8")()
        with suppress(OSError):  # the terminal's other end has closed
            while part := os.read(self._ours, 10_000):
                self.shown += decoder.decode(part)

    def wait_for(self, text: str, after: int = 0) -> None:
        """Wait until the terminal has shown a text, after so many characters."""
        until(lambda: text in self.shown[after:], f"{text!r} on the terminal")

    def type(self, keys: str) -> None:
        """Press keys; "\x03" is Ctrl-C."""
        os.write(self._ours, keys.encode())

    def end(self) -> subprocess.CompletedProcess[str]:
        """Wait for the end, and return it."""
        stdout, stderr = self.process.communicate(timeout=120)
        self._reader.join()
        os.close(self._ours)
        return subprocess.CompletedProcess(
            self.process.args, self.process.returncode, stdout, stderr
        )


def begin(source: object, file: Path, *options: object, **environment: str) -> Lesson:
    """Start a lesson of twelve faces a label, and agree."""
    given = ("--source", source, "--to", file, "--count", 12, *(options or LABELS))
    lesson = Lesson(*given, **environment)
    lesson.wait_for("Type yes to begin: ")
    lesson.type("yes\n")
    return lesson
