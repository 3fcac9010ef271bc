"""Name the expression on a face: pictures in, labels out, on a Raspberry Pi or any computer.

emotion-edge run --source photo.jpg
emotion-edge config --config emotion-edge.toml
emotion-edge doctor --config emotion-edge.toml
emotion-edge history labels.db
emotion-edge forget --to mqtt://broker/hall
emotion-edge install-service
emotion-edge notice --lang de --to schild.html
emotion-edge collect --label happy --count 100 --source clip.mp4 --to data
emotion-edge teach --from data --to taught.json
emotion-edge replay recording
emotion-edge info mine.tflite
emotion-edge bench --json my-pi.json
emotion-edge update --enrol https://models.example/ --root root.json
emotion-edge compare old.tflite new.tflite --images photos
"""

import argparse
import io
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Event

from emotion_edge.cli import dispatch
from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.errors import discard, escape, exit_code
from emotion_edge.system.core_dumps import forbid_core_dumps
from emotion_edge.system.signals import end_on_ctrl_c, release_signals
from emotion_edge.util.line_writer import STDERR, Line, LineWriter


def run_command_line(argv: Sequence[str]) -> int:
    """Run a command and return the exit code. argv: without the program's name."""
    forbid_core_dumps()
    try:
        args = make_parser(str(__doc__)).parse_args(argv)
        if isinstance(sys.stdout, io.TextIOWrapper):
            # JSON is UTF-8 in every locale. Bytes of file names that are not UTF-8 are escaped.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        return exit_code("emotion-edge", lambda: _run_command(args, argv))
    finally:
        _flush_stdout()
        end_on_ctrl_c()


def _flush_stdout() -> None:
    """Write what argparse has printed, because at the interpreter's end signals are ignored."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, KeyboardInterrupt):
        discard(sys.stdout)


def _run_command(args: argparse.Namespace, argv: Sequence[str]) -> int:
    if args.command is not dispatch.run:  # `run` has handlers of its own
        release_signals()
    if hasattr(args, "config"):
        args = merge_config(args, argv)
    try:
        with _logging_to_stderr(logging.DEBUG if args.verbose else logging.INFO):
            _print_lines(args)
    except BrokenPipeError:
        discard(sys.stdout)  # the reader has finished (`| head -1`), which is no error
    except (OSError, KeyboardInterrupt):
        discard(sys.stdout)
        raise
    return 0


def _print_lines(args: argparse.Namespace) -> None:
    lines = args.command(args)
    if lines is None:  # the command writes its output itself
        return
    with closing(lines):
        for line in lines:
            print(line, flush=True)


class _LineFormatter(logging.Formatter):
    """Let no text of others, such as a file's name, move the cursor or look like another line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        return escape(super().formatMessage(record))


class _LogHandler(logging.Handler):
    """Passes the log on to a `LineWriter`."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self.setFormatter(_LineFormatter("emotion-edge: %(message)s"))
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # nobody reads stderr any more
            self._writer.write([Line(self.format(record))])


@contextmanager
def _logging_to_stderr(level: int) -> Iterator[None]:
    """Log to stderr; a reader that stalls loses lines and stalls nothing else."""
    stop = Event()
    stop.set()  # at the end, too, the reader is waited for only shortly
    writer = LineWriter(STDERR, stop, patience=0.0)
    writer.start()
    logging.basicConfig(handlers=[_LogHandler(writer)], level=level)
    try:
        yield
    finally:
        with suppress(OSError):
            writer.close()
        if not writer.is_idle:
            discard(sys.stderr)
