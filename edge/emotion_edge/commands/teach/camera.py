"""`teach` in front of a camera: what to show, a countdown, and faces are taken."""

import math
from collections.abc import Sequence
from contextlib import closing, suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import Self

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.commands.teach.terminal import Screen, open_screen
from emotion_edge.commands.teach.terminal_picture import COLUMNS, as_text
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.single_face import SEVERAL
from emotion_edge.model.contract import NO_FACE
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.wizard import TOO_LIKE, View, Wizard

KEYS = "s: skip it   r: repeat   q: end, and learn what was taken   Ctrl-C: stop"
HINTS = {
    "angry": "draw your brows together, press your lips",
    "disgust": "wrinkle your nose, raise your upper lip",
    "fear": "raise your brows, open your eyes wide, stretch your mouth",
    "happy": "smile",
    "neutral": "relax your face",
    "sad": "draw down the corners of your mouth",
    "surprise": "raise your brows, drop your jaw",
}
ANOTHER = "move and turn a little, so that this round is another one"
PROBLEMS = {
    NO_FACE: "no face in view",
    SEVERAL: "more than one face in view",
    "too_dark": "too dark",
    "too_small": "come nearer",
    "blurred": "hold still",
    TOO_LIKE: "move your head a little",
}
_DRAW_S = 0.2  # between two pictures on the terminal: some are slow
_KEYS_S = 0.2  # after which it is looked whether keys are still to be read


def take_faces(frames: Frames, name: str, reader: FaceReader, wizard: Wizard, stop: Event) -> None:
    """Lead through the wizard's steps on the terminal, until it is done or ended by a key.

    frames: of the source with this name, which `stop` ends. SIGINT and SIGTERM set it. Raises
    UserError if the source cannot be used, or there is no terminal, and RunError if it was stopped
    or the source ends too early.
    """
    stop_on_signals(stop)
    with closing(frames), open_screen() as screen, _Keys(screen, stop) as keys:
        _go_through(frames, reader, wizard, screen, keys)
        screen.show(["learning from what was taken"] if wizard.done or keys.ended else [])
    if keys.ended:
        stop.clear()
    elif stop.is_set():
        raise RunError("stopped: nothing is written")
    elif not wizard.done:
        view = wizard.view
        raise RunError(
            f"{name} ended at step {view.step} of {view.steps}, {view.label}: nothing is written"
        )


class _Keys:
    """Reads keys in a thread, because a lost camera gives no frames for half a minute.

    ended: whether the key was pressed that ends the lesson, which also sets `stop`.
    """

    def __init__(self, screen: Screen, stop: Event) -> None:
        self.ended = False
        self._screen, self._stop, self._closed = screen, stop, Event()
        self._pressed: SimpleQueue[str] = SimpleQueue()
        self._thread = Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closed.set()
        self._thread.join()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal has gone
            while not self._closed.is_set():
                for key in self._screen.next_keys(_KEYS_S):
                    self._press(key)

    def _press(self, key: str) -> None:
        if key == "q" and not self._stop.is_set():
            self.ended = True
            self._stop.set()
        self._pressed.put(key)

    def pressed(self) -> str:
        """Return the keys since the last call."""
        return "".join(self._pressed.get() for _ in range(self._pressed.qsize()))


def _go_through(
    frames: Frames, reader: FaceReader, wizard: Wizard, screen: Screen, keys: _Keys
) -> None:
    picture, drawn = [], float("-inf")
    for frame in frames:
        if isinstance(frame, CameraLost):
            screen.show([f"no camera: {frame.reason}", KEYS])
            continue
        seconds = _seconds(frame)
        wizard.see(seconds, reader.see(frame.pixels))
        for key in keys.pressed():
            _press(key, wizard)
        if wizard.done or keys.ended:
            break
        if screen.has_colours and abs(seconds - drawn) >= _DRAW_S:
            picture, drawn = as_text(frame.pixels) if screen.columns > COLUMNS else [], seconds
        screen.show([*picture, *_lines(wizard.view), KEYS])


def _seconds(frame: Frame) -> float:
    if frame.seconds is None:
        raise UserError(
            f"{frame.source}: a picture, and expressions are taught by a camera or a video",
            "teach pictures in class folders by --from DIR",
        )
    return frame.seconds


def _press(key: str, wizard: Wizard) -> None:
    if key == "s" and not wizard.done:
        wizard.skip()
    elif key == "r" and not wizard.done:
        wizard.repeat()


def _lines(view: View) -> Sequence[str]:
    hint = f": {HINTS[view.label]}" if view.label in HINTS else ""
    moving = ANOTHER if view.again and view.seconds > 0 else ""
    advice = PROBLEMS.get(view.problem, view.problem) or moving
    if view.seconds > 0:
        state = f"in {math.ceil(view.seconds - 1e-3)} s"
    else:
        state = f"taking: {view.taken} of {view.wanted}"
    return (
        f"{view.step} of {view.steps}  show {view.label}{hint}",
        f"{state}{'   ' + advice if advice else ''}",
    )
