"""Write models/MODEL_CARD.md from MODEL_CARD.md.in and the JSON files beside it.

  python -m evaluation.model_card [--models models]

Every figure in the card comes from one of these files:
  evaluation.<model>.json          written by `python -m train.evaluate`
  natural.json                     the same with `--prior natural`
  other_runtime.json               the same on the other runtime
  colour.json, photographs.json    the same on the faces in colour, and on other photographs
  former.json                      the former model on the faces in colour
  repeated.json                    a model from a second run of the training, on the same pictures
  photographs.jsonl                what `emotion-edge run` printed for these photographs
  run.json, run.simple_cnn.json    written by `python -m train`
  run.taught.json                  the run that run.json continues
  latency.json                     written by `python -m bench.models --json`

Exit codes: 0 success, 1 the card cannot be written, 2 bad input.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import UserError, exit_code
from emotion_edge.model.model_file import read_unverified_model
from emotion_edge.util.atomic_write import staged_write

CARD = "MODEL_CARD.md"
MODEL = "emotion-compact.tflite"
LABELLED = "photographs.jsonl"
_FILES = (
    "run",
    "latency",
    "natural",
    "colour",
    "former",
    "other_runtime",
    "photographs",
    "repeated",
)
_WEAK_F1 = 0.7  # the card lists classes with a lower F1


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m evaluation.model_card"), str(__doc__))
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("models"),
        help="folder of these files (default: models)",
    )
    args = parser.parse_args(argv)
    return exit_code("evaluation.model_card", lambda: _write(args.models))


def _write(models: Path) -> int:
    text = render(models)
    with staged_write(models) as stage:
        (stage / CARD).write_text(text, encoding="utf-8")
    print(f"wrote {models / CARD}")
    return 0


def render(models: Path) -> str:
    """Return the card's text. Raises UserError if a file is missing or damaged."""
    values = _read_figures(models)
    path = models / f"{CARD}.in"
    try:
        return _environment().from_string(path.read_text(encoding="utf-8")).render(values)
    except (OSError, TemplateError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: cannot fill it from the JSON files: {error!r}") from None


def _read_figures(models: Path) -> dict[str, Any]:
    return {
        **{name: _read(models / f"{name}.json") for name in _FILES},
        "embedding": read_unverified_model(models / MODEL).contract.embedding,
        "taught": _read(models / "run.taught.json"),
        "original": _read(models / "run.simple_cnn.json"),
        "int8": _read(models / f"evaluation.{MODEL}.json"),
        "rows": [_read(path) for path in sorted(models.glob("evaluation.*.json"))],
        "mistakes": list(_find_mistakes(models / LABELLED)),
        "weak": _WEAK_F1,
    }


def _find_mistakes(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the line of each photograph whose largest face has another label than its folder."""
    known = set[str]()
    for line in _read_text(path).splitlines():
        row = _parse(path, line)
        source = str(row.get("source"))
        if source not in known and row.get("label") != Path(source).parent.name:
            yield row
        known.add(source)


def _environment() -> Environment:
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is Markdown, and the figures are our own
    )
    environment.filters |= {"percent": _percent, "interval": _interval, "thousands": _thousands}
    return environment


def _read(path: Path) -> dict[str, Any]:
    return _parse(path, _read_text(path))


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: not a JSON object")
    return content


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _thousands(value: float) -> str:
    return f"{value:,}"


def _interval(ends: list[float]) -> str:
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
