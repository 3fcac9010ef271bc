"""`teach` in front of a camera: what to show, a countdown, and faces are taken."""

from collections.abc import Sequence
from contextlib import closing
from threading import Event

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.capture.source import SourceSettings
from emotion_edge.commands.teach.display import Display, Order, Orders
from emotion_edge.commands.teach.terminal_display import open_displays
from emotion_edge.errors import RunError, UserError
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.wizard import Wizard


def refuse_pictures(source: SourceSettings, stop: Event) -> None:
    """Raise UserError if a source of files gives pictures, before anybody is asked anything."""
    if not (source.live or source.may_be_camera):
        with closing(source.open(stop)) as frames:
            first = next(frames, None)
        if isinstance(first, Frame):
            _seconds(first)


def take_faces(
    frames: Frames, name: str, reader: FaceReader, wizard: Wizard, orders: Orders, page: Display
) -> None:
    """Lead through the wizard's steps on terminal and page, until it is done or ended by an order.

    frames: of the source with this name, which `orders.stop` ends. SIGINT and SIGTERM set it.
    Raises UserError if the source cannot be used, or there is no terminal and no page, and RunError
    if it was stopped or the source ends too early.
    """
    stop_on_signals(orders.stop)
    with closing(frames), open_displays(orders, page) as displays:
        _go_through(frames, reader, wizard, displays, orders)
        learns = wizard.done or orders.has_ended
        for display in displays:
            display.show_learning() if learns else display.clear()
    if orders.close():
        return
    if orders.stop.is_set():
        raise RunError("stopped: nothing is written")
    if not wizard.done:
        view = wizard.view
        raise RunError(
            f"{name} ended at step {view.step} of {view.steps}, {view.label}: nothing is written"
        )


def _go_through(
    frames: Frames,
    reader: FaceReader,
    wizard: Wizard,
    displays: Sequence[Display],
    orders: Orders,
) -> None:
    for frame in frames:
        if isinstance(frame, CameraLost):
            for display in displays:
                display.show_no_camera(frame.reason)
            continue
        wizard.see(_seconds(frame), reader.see(frame.pixels))
        for order in orders.take():
            _obey(order, wizard)
        if wizard.done or orders.has_ended:
            break
        for display in displays:
            display.show(wizard.view, frame)


def _seconds(frame: Frame) -> float:
    if frame.seconds is None:
        raise UserError(
            f"{frame.source}: a picture, and expressions are taught by a camera or a video",
            "teach pictures in class folders by --from DIR",
        )
    return frame.seconds


def _obey(order: Order, wizard: Wizard) -> None:
    if wizard.done or not order.is_for(wizard.view):
        return  # it was for a step that is over
    if order.name == "skip":
        wizard.skip()
    else:
        wizard.repeat()
