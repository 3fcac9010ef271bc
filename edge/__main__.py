"""Name the emotion on a face: pictures in, labels out, on a Raspberry Pi or any computer.

emotion-edge run --model model.tflite --source photo.jpg
emotion-edge info model.tflite
emotion-edge compare old.tflite new.tflite --images photos
"""

import argparse
import io
import logging
import os
import sys
from pathlib import Path

from edge import __version__
from edge.arguments import count, describe, frame_size, seconds, threads
from edge.compare import compare
from edge.errors import exit_code
from edge.info import info
from edge.run import run
from edge.runtime import RUNTIMES

RUN = """\
Label pictures: one JSON object a line on stdout, one line a picture.

  emotion-edge run --model model.tflite --source photo.jpg
  emotion-edge run --model model.tflite --source 'photos/*.jpg' --every 1
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 -s 320x240 - |
    emotion-edge run --model model.tflite --source - --size 320x240

Each line holds: time (UTC), source, frame (its number in the source, from 0), label, score,
scores (label to score, together 1), preprocess_ms and inference_ms.
Exit codes: 0 done, 1 failure at run time (some pictures unreadable), 2 bad input or options."""
INFO = """\
Print what a model file says of itself: contract, tensors, quantisation, operators, cost.

  emotion-edge info model.tflite"""

COMPARE = """\
Show where two models differ: a line for each picture that they name differently, then how often
they agree, how far their scores are apart, and how long each takes on this machine.

  emotion-edge compare model.float32.tflite model.int8.tflite --images photos

Both run every picture in turn. Exit codes: 0 done, however much they differ, 1 failure at run time
(some pictures unreadable), 2 bad input or options."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 in every locale; a file name that is not leaves as \udcXX, JSON's escape.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(
        stream=sys.stderr,
        format="emotion-edge: %(message)s",
        level=logging.DEBUG if args.verbose else logging.INFO,
    )
    return exit_code("emotion-edge", lambda: _print_lines(args))


def _print_lines(args: argparse.Namespace) -> int:
    try:
        for line in args.lines(args):
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


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="emotion-edge"), str(__doc__))
    parser.add_argument("--version", action="version", version=f"emotion-edge {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(describe(commands.add_parser("run", help="label pictures"), RUN))
    _add_info(describe(commands.add_parser("info", help="describe a model file"), INFO))
    _add_compare(
        describe(commands.add_parser("compare", help="show where two models differ"), COMPARE)
    )
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=run)
    parser.add_argument("--model", type=Path, required=True, help="the .tflite that convert wrote")
    parser.add_argument(
        "--source",
        required=True,
        help="an image, a folder, a glob in quotes, a video file, or - for raw RGB24 on stdin",
    )
    parser.add_argument(
        "--size", type=frame_size, metavar="WxH", help="frame size of raw RGB24 on stdin"
    )
    parser.add_argument("--frames", type=count, metavar="N", help="stop after N frames")
    parser.add_argument(
        "--every",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="seconds from one frame to the next: of waiting between pictures, of the video's "
        "time, of the clock on stdin, where frames between are dropped (default: take all)",
    )
    _add_common(parser)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=info)
    parser.add_argument("model", type=Path, help="the .tflite that convert wrote")
    _add_common(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=compare)
    parser.add_argument("models", type=Path, nargs=2, metavar="MODEL", help="A, then B")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="a folder of pictures"
    )
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runtime",
        choices=["auto", *RUNTIMES],
        default="auto",
        help="the TFLite runtime; auto (default) takes the first that is installed",
    )
    parser.add_argument(
        "--threads", type=threads, default=1, metavar="N", help="for inference (default: 1)"
    )
    parser.add_argument("--verbose", action="store_true", help="say more on stderr")


if __name__ == "__main__":
    sys.exit(main())
