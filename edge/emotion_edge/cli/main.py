"""Name the emotion on a face: pictures in, labels out, on a Raspberry Pi or any computer.

emotion-edge run --source photo.jpg
emotion-edge config --config emotion-edge.toml
emotion-edge doctor --config emotion-edge.toml
emotion-edge forget --to mqtt://broker/hall
emotion-edge install-service
emotion-edge collect --label happy --count 100 --source clip.mp4 --to data
emotion-edge replay recording
emotion-edge info mine.tflite
emotion-edge bench --json my-pi.json
emotion-edge compare old.tflite new.tflite --images photos
"""

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import closing

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.errors import escape, exit_code


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    args = make_parser(str(__doc__)).parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 in every locale. Bytes of file names that are not UTF-8 are escaped.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return exit_code("emotion-edge", lambda: _run_command(args, argv))


def _run_command(args: argparse.Namespace, argv: Sequence[str]) -> int:
    if hasattr(args, "config"):
        args = merge_config(args, argv)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter("emotion-edge: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.DEBUG if args.verbose else logging.INFO)
    try:
        _print_lines(args)
    except BrokenPipeError:
        _discard_stdout()  # the reader has finished (`| head -1`), which is no error
    except OSError:
        _discard_stdout()
        raise
    return 0


class _LineFormatter(logging.Formatter):
    """Let no text of others, such as a file's name, move the cursor or look like another line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        return escape(super().formatMessage(record))


def _print_lines(args: argparse.Namespace) -> None:
    lines = args.command(args)
    if lines is None:  # the command writes its output itself
        return
    with closing(lines):
        for line in lines:
            print(line, flush=True)


def _discard_stdout() -> None:
    """Redirect stdout to nowhere, so that the interpreter's last flush cannot fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
