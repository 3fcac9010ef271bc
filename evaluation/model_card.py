"""Make models/MODEL_CARD.md of MODEL_CARD.md.in and the JSON files beside it: no figure by hand.

  python -m evaluation.model_card [--models models]

Reads evaluation.<model>.json of `python -m train.evaluate`, and photographs.json, the same of faces
of another kind; run.json and run.simple_cnn.json of `python -m train`, and latency.json of
`python -m bench.models --json`.
Exit codes: 0 done, 1 cannot write, 2 bad input.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import UserError, exit_code
from emotion_edge.util.atomic_write import staged_write

CARD = "MODEL_CARD.md"
MODEL = "emotion-compact.tflite"
_WEAK = 0.7  # an F1 below which the card names a class


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m evaluation.model_card"), str(__doc__))
    parser.add_argument("--models", type=Path, default=Path("models"), help="(default: models)")
    args = parser.parse_args(argv)
    return exit_code("evaluation.model_card", lambda: _write(args.models))


def _write(models: Path) -> int:
    text = render(models)
    with staged_write(models) as stage:
        (stage / CARD).write_text(text, encoding="utf-8")
    print(f"wrote {models / CARD}")
    return 0


def render(models: Path) -> str:
    """Return the card's text; raises UserError where a file is missing or damaged."""
    values = {
        **{name: _read(models / f"{name}.json") for name in ("run", "latency", "photographs")},
        "original": _read(models / "run.simple_cnn.json"),
        "int8": _read(models / f"evaluation.{MODEL}.json"),
        "rows": [_read(path) for path in sorted(models.glob("evaluation.*.json"))],
        "weak": _WEAK,
    }
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown of our own figures
    )
    environment.filters |= {"percent": _percent, "interval": _interval, "thousands": _thousands}
    path = models / f"{CARD}.in"
    try:
        return environment.from_string(path.read_text(encoding="utf-8")).render(values)
    except (OSError, TemplateError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: cannot fill it from the JSON files: {error!r}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: not an object of figures")
    return content


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _thousands(value: float) -> str:
    return f"{value:,}"


def _interval(ends: list[float]) -> str:
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
