"""Format the main figures of a conversion report as a table for the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_HEAD = ("variant", "runtime", "bytes", "top-1", "macro-F1", "as Keras", "|score|", "latency")
_LEFT_COLUMNS = 2  # the others are right-aligned


def table(report: Mapping[str, Any]) -> str:
    """Return a line for each variant and runtime, and what else the user must know.

    That is the runtimes left out, the reasons for each refusal, and the loss that would be seen.

    report: the contents of convert_report.json.
    """
    rows: list[tuple[str, ...]] = [_HEAD, ("Keras", "", "", *_quality(report["keras"]), "", "", "")]
    rows += [row for variant in report["variants"] for row in _rows(variant)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_align(row, widths) for row in rows]
    lines += [f"{runtime}: {reason}" for runtime, reason in report["unproven"].items()]
    return "\n".join([*lines, *_reasons(report), *_seen(report)])


def _rows(variant: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for runtime, result in variant["runtimes"].items():
        start = (variant["variant"], runtime, f"{variant['bytes']:,}")
        if not result["loads"]:
            yield (*start, "refused", "", "", "", "")
            continue
        parity = f"{result['agreement']:.2%}", f"{result['max_score_error']:.5f}"
        latency = "" if result["latency"] is None else f"{result['latency']:.2f} x"
        yield (*start, *_quality(result), *parity, latency)


def _quality(figures: Mapping[str, Any]) -> tuple[str, str]:
    return f"{figures['top1']:.2%}", f"{figures['macro_f1']:.4f}"


def _align(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if column < _LEFT_COLUMNS else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _reasons(report: Mapping[str, Any]) -> list[str]:
    return [
        f"refused {variant['variant']}: {reason}"
        for variant in report["variants"]
        for reason in variant["reasons"]
    ]


def _seen(report: Mapping[str, Any]) -> list[str]:
    """Return a sentence on the loss that the holdout would have shown, if a variant ran."""
    results = (result for each in report["variants"] for result in each["runtimes"].values())
    losses = [result["losses"] for result in results if result["loads"]]
    if not losses:
        return []
    top1 = max(loss["top1"]["detectable_points"] for loss in losses)
    recall = max(each["detectable_points"] or 0 for loss in losses for each in loss["recall"])
    images = losses[0]["top1"]["images"]
    return [
        f"A loss of {top1:.1f} points of top-1, or of {recall:.1f} of a class's recall, would have "
        "shown on 9 of 10",
        f"holdouts of {images:,} images like this one.",
    ]
