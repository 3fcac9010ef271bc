"""Name the emotion on a face: pictures in, labels out, on a Raspberry Pi or any computer.

emotion-edge run --model model.tflite --source photo.jpg
emotion-edge collect --label happy --count 100 --source clip.mp4 --to data
emotion-edge replay recording --model model.tflite
emotion-edge info model.tflite
emotion-edge compare old.tflite new.tflite --images photos
"""

import argparse
import io
import logging
import os
import sys
from contextlib import closing
from pathlib import Path

from edge import __version__
from edge.arguments import count, describe, seconds
from edge.collect import collect
from edge.compare import compare
from edge.errors import exit_code
from edge.info import info
from edge.options import (
    add_common,
    add_faces,
    add_finder,
    add_model,
    add_outlets,
    add_source,
    add_steady,
)
from edge.replay import replay
from edge.run import run

RUN = """\
Find the faces in pictures or in a stream and label them: one JSON object a line on stdout.

  emotion-edge run --model model.tflite --source photo.jpg
  emotion-edge run --model model.tflite --source 'photos/*.jpg' --every 1
  emotion-edge run --model model.tflite --source clip.mp4
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 -s 640x480 - |
    emotion-edge run --model model.tflite --source - --size 640x480

Pictures (a file, a folder, a glob) are unrelated: a line for each face, with the label that has
the largest score, or one with the label no_face. In a stream (a video, replay:DIR, stdin) faces
are followed, their labels hold still, and there is a line when one changes and a heartbeat; the
label is "unknown", with a reason, where it would be a guess, and no_face when the face has gone.
README explains every key. Exit codes: 0 done, 1 failure at run time (some pictures unreadable),
2 bad input or options."""
REPLAY_HELP = """\
Measure how still and how quick the labels are, on a recording of which the truth is known.

  emotion-edge replay DIR --model model.tflite [--truth truth.csv]

DIR holds frames and times.csv (file,seconds: one row a frame). The truth, DIR/truth.csv unless
given, has the columns seconds,label and perhaps person,x,y: from that second on the person shows
that label, with the face's middle at pixel x,y (interpolated between rows; needed where there are
several people). The label no_face says that the person is not to be seen.

Prints, for the network's answer to each frame alone and for what `run` would say: flips (changes of
the label that the truth did not ask for) per minute, the seconds until a change was noticed, the
share of time that it was right, and unknown. Exit codes as for run."""
COLLECT = """\
Gather pictures of faces that show an expression, to train your own model on them.

  emotion-edge collect --label happy --count 100 --source clip.mp4 --to data

The face is cut out of the frame as it will be when the model runs, and saved as
TO/SPLIT/LABEL/<time>-<number>.png, at most one each --every seconds, only where exactly one face is
to be seen, sharp and well lit. Pictures of one minute resemble each other: take those for
validation of other people or on another day (--split validation). It asks the people in view for
their consent on the terminal first."""
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


def _parser() -> argparse.ArgumentParser:
    parser = describe(argparse.ArgumentParser(prog="emotion-edge"), str(__doc__))
    parser.add_argument("--version", action="version", version=f"emotion-edge {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(describe(commands.add_parser("run", help="label pictures"), RUN))
    _add_info(describe(commands.add_parser("info", help="describe a model file"), INFO))
    _add_replay(describe(commands.add_parser("replay", help="measure steadiness"), REPLAY_HELP))
    _add_collect(describe(commands.add_parser("collect", help="gather pictures"), COLLECT))
    _add_compare(
        describe(commands.add_parser("compare", help="show where two models differ"), COMPARE)
    )
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=run)
    add = parser.add_argument
    add_model(parser)
    add_source(parser)
    add("--frames", type=count, metavar="N", help="stop after N frames")
    add(
        "--every",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="seconds from one frame to the next: of waiting between pictures, of the stream's "
        "time, where frames between are dropped (default: take all)",
    )
    add("--all", action="store_true", help="a line for every frame and face of a stream")
    add(
        "--heartbeat",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="say again what has not changed for so long; 0: never (default: %(default)g)",
    )
    add_outlets(parser)
    add_faces(parser)
    add_steady(parser)
    add_common(parser)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=replay)
    parser.add_argument("recording", type=Path, metavar="DIR", help="frames and times.csv")
    parser.add_argument("--truth", type=Path, help="(default: DIR/truth.csv)")
    add_model(parser)
    add_faces(parser)
    add_steady(parser)
    add_common(parser)


def _add_collect(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=collect)
    add = parser.add_argument
    add("--label", required=True, help="the expression that the faces show")
    add("--count", type=count, default=100, help="how many pictures (default: %(default)s)")
    add("--to", type=Path, default=Path("data"), help="the data set (default: %(default)s)")
    add(
        "--split",
        choices=("train", "validation", "test"),
        default="train",
        help="the part of it that they are for (default: %(default)s)",
    )
    add_source(parser)
    add(
        "--every",
        type=seconds,
        default=0.5,
        metavar="SECONDS",
        help="least seconds of a stream from one picture to the next (default: %(default)s)",
    )
    add_finder(parser)
    add_common(parser)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=info)
    parser.add_argument("model", type=Path, help="the .tflite that convert wrote")
    add_common(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(lines=compare)
    parser.add_argument("models", type=Path, nargs=2, metavar="MODEL", help="A, then B")
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="a folder of pictures"
    )
    add_common(parser)


if __name__ == "__main__":
    sys.exit(main())
