"""What the networks would take on Raspberry Pi boards: an estimate, not a measurement.

  python -m bench.budget [--rounds 50]

XNNPACK's README has milliseconds of MobileNet on boards (four threads, February 2022). Here the
same MobileNets, with random weights, and our networks are run in turn on LiteRT, one thread, and
the ratios carried over: estimate = published x ours / MobileNet. It is given from MobileNet v1 and
from v2. It leans low: it supposes that a small network gains as much from a board's four cores as a
large one (it gains less), and leaves out our own Python. The Pi 3B+'s figures are of a 32-bit
system, which this program does not run on. `emotion-edge bench` measures a board.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from bench.path import simple_cnn
from convert.converter import convert, to_logits
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import exit_code
from emotion_edge.faces.blazeface import read_face_model
from emotion_edge.faces.detector import MIN_FACE_RATIO, tile_windows
from emotion_edge.model.cost import multiply_adds
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.runtime import find_runtime, make_interpreter, operators

# https://github.com/google/XNNPACK, README.md, "Raspberry Pi": milliseconds.
BOARDS = ("Zero W", "2", "3B+", "4, 32-bit", "4, 64-bit")
PUBLISHED = {
    ("v1", "int8"): (2589, 128, 46, 29, 24),
    ("v2", "int8"): (1495, 82, 30, 20, 17),
    ("v1", "float32"): (3919, 302, 114, 72, 77),
    ("v2", "float32"): (1987, 191, 79, 41, 46),
}
SUPPORTED = ("3B+", "4, 64-bit")  # the others are too old for a 64-bit system
FRAME = (640, 480)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--build", type=Path, default=Path("build"), help="of simple_cnn")
    parser.add_argument("--rounds", type=count, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = {
            ("compact", "int8"): SHIPPED.read_bytes(),
            ("simple_cnn", "int8"): simple_cnn(args.build, Path(folder)).read_bytes(),
            ("BlazeFace, one look", "float32"): read_face_model(),
        }
    theirs = {key: mobilenet(*key) for key in PUBLISHED}
    interpreters = {key: load(content) for key, content in {**theirs, **ours}.items()}
    taken = measure(interpreters, args.rounds)
    medians = {key: float(np.median(times)) for key, times in taken.items()}
    print(f"{'network':20} {'':8} {'multiply-adds':>13}  {'ms here (5th to 95th)':24}", end="")
    print(f"{'of v1':>7} {'of v2':>7}")
    for (name, kind), times in taken.items():
        median, (low, high) = medians[name, kind], np.percentile(times, (5, 95))
        ratios = " ".join(f"{median / medians[v, kind]:7.3f}" for v in ("v1", "v2"))
        shown = f"MobileNet {name}" if (name, kind) in PUBLISHED else name
        cost, span = interpreters[name, kind][1], f"{median:.3f} ({low:.3f} to {high:.3f})"
        print(f"{shown:20} {kind:8} {cost:13,}  {span:24}{ratios}")
    show_estimates({key: medians[key] for key in ours}, medians)
    looks = len(tile_windows(*FRAME, max(FRAME) * MIN_FACE_RATIO))
    print(f"\na search of a frame of {FRAME[0]} x {FRAME[1]} is {looks} looks, and two more a face")


def mobilenet(version: str, kind: str) -> bytes:
    """Return MobileNet 1.0 for 224 x 224 pixels and 1,000 classes, with random weights."""
    make = {"v1": keras.applications.MobileNet, "v2": keras.applications.MobileNetV2}[version]
    pictures = np.random.default_rng(0).uniform(-1, 1, (8, 224, 224, 3)).astype(np.float32)
    with redirect_stdout(io.StringIO()):  # Keras describes at length what it exports
        network = to_logits(make(weights=None), batch_size=1)
        return convert(network, variant=kind, representative_dataset=pictures)


def load(content: bytes) -> tuple[object, int]:
    """Return an interpreter, and the multiply-adds of the network."""
    runtime = find_runtime("litert")[1]
    plain = make_interpreter(content, runtime, delegates=False)
    cost = multiply_adds(operators(plain), plain.get_tensor_details())
    return make_interpreter(content, runtime), cost


def measure(interpreters: dict, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return the milliseconds of each one's inferences, run in turn."""
    taken: dict[tuple[str, str], list[float]] = {key: [] for key in interpreters}
    for turn in range(rounds + 3):
        for key, (interpreter, _) in interpreters.items():
            interpreter.invoke()  # brings it back into the cache, as it is while it works
            start = time.perf_counter()
            interpreter.invoke()
            if turn >= 3:
                taken[key].append((time.perf_counter() - start) * 1000)
    return taken


def show_estimates(ours: dict, medians: dict) -> None:
    """Print what each of ours would take on the boards, by either MobileNet."""
    print(f"\n{'estimate, ms':22}", *(f"{'Pi ' + board:>16}" for board in SUPPORTED))
    for name, kind in ours:
        columns = []
        for board in SUPPORTED:
            place = BOARDS.index(board)
            guesses = [
                PUBLISHED[v, kind][place] * medians[name, kind] / medians[v, kind]
                for v in ("v1", "v2")
            ]
            columns.append(f"{min(guesses):.1f} - {max(guesses):.1f}")
        print(f"{name:22}", *(f"{column:>16}" for column in columns))


if __name__ == "__main__":
    sys.exit(exit_code("bench.budget", main))
