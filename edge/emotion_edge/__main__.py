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

from emotion_edge.cli.config_file import configure
from emotion_edge.cli.parser import make_parser
from emotion_edge.errors import exit_code


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    args = make_parser(str(__doc__)).parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 in every locale; a file name that is not leaves as \udcXX, JSON's escape.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return exit_code("emotion-edge", lambda: _command(args, argv))


def _command(args: argparse.Namespace, argv: Sequence[str]) -> int:
    if hasattr(args, "config"):
        args = configure(args, argv)
    logging.basicConfig(
        stream=sys.stderr,
        format="emotion-edge: %(message)s",
        level=logging.DEBUG if args.verbose else logging.INFO,
    )
    return _print_lines(args)


def _print_lines(args: argparse.Namespace) -> int:
    try:
        with closing(args.lines(args)) as lines:
            for line in lines:
                print(line, flush=True)
    except BrokenPipeError:
        _abandon_stdout()  # the reader has gone (`| head -1`): nothing is wrong
    except OSError:
        _abandon_stdout()
        raise
    return 0


def _abandon_stdout() -> None:
    """Let the interpreter's last flush go to nowhere instead of failing again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
