"""What networks cost on this machine, run in turn: parameters, multiply-adds, bytes, latency.

  python -m bench.models A.tflite B.tflite ...
  python -m bench.models                   the shipped one and build/model.tflite
  python -m bench.models A.tflite B.tflite --json latency.json

The latency is the median of one inference, as a ratio to the last model's.
"""

import argparse
import json
from pathlib import Path

from convert.runtimes import latencies
from edge.errors import RunError
from edge.files import publish
from edge.info import cost
from edge.runtime import RUNTIMES

MODELS = (Path("models/emotion-compact.tflite"), Path("build/model.tflite"))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    usual = [path for path in MODELS if path.exists()]
    parser.add_argument("models", type=Path, nargs="*", default=usual)
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the ratios there, too")
    args = parser.parse_args()
    ratios = [measure(args.models, runtime) for runtime in RUNTIMES]
    print(f"{'model':34} {'parameters':>12} {'multiply-adds':>14} {'bytes':>11}", *RUNTIMES)
    for i, path in enumerate(args.models):
        figures = cost(path)
        numbers = (figures[name] for name in ("parameters", "multiply_adds", "bytes"))
        columns = [f"{n:>{width},}" for n, width in zip(numbers, (12, 14, 11), strict=True)]
        shown = [f"{column[i]:.2f} x" if column else "-" for column in ratios]
        print(f"{path!s:34}", *columns, *shown)
    if args.json:
        names = [path.name for path in args.models]
        by_name = {
            runtime: dict(zip(names, column, strict=False))  # empty where the runtime refused
            for runtime, column in zip(RUNTIMES, ratios, strict=True)
        }
        with publish(args.json.parent) as stage:
            (stage / args.json.name).write_text(json.dumps(by_name, indent=2) + "\n")


def measure(models: list[Path], runtime: str) -> list[float]:
    """Return each model's latency over the last one's; empty where the runtime refuses."""
    try:
        medians = latencies([path.read_bytes() for path in models], runtime)
    except RunError as error:
        print(f"{runtime}: {error}")
        return []
    return [round(median / medians[-1], 3) for median in medians]


if __name__ == "__main__":
    main()
