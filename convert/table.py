"""What fits on a terminal of a report, see convert/report.py."""

from collections.abc import Mapping
from typing import Any


def table(report: Mapping[str, Any]) -> str:
    """Return the figures that fit on a terminal, a line for each variant and runtime."""
    head = ("variant", "runtime", "bytes", "top-1", "macro-F1", "as Keras", "|score|", "latency")
    rows = [head, ("Keras", "", "", *_percents(report["keras"]), "", "", "")]
    for variant in report["variants"]:
        for runtime, result in variant["runtimes"].items():
            start = (variant["variant"], runtime, f"{variant['bytes']:,}")
            if not result["loads"]:
                rows.append((*start, "refused", "", "", "", ""))
                continue
            parity = f"{result['agreement']:.2%}", f"{result['max_score_error']:.5f}"
            rows.append((*start, *_percents(result), *parity, _ratio(result["latency"])))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = []
    for row in rows:
        left, right = row[:2], row[2:]
        cells = [cell.ljust(width) for cell, width in zip(left, widths, strict=False)]
        cells += [cell.rjust(width) for cell, width in zip(right, widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, *_reasons(report)])


def _percents(figures: Mapping[str, Any]) -> tuple[str, str]:
    return f"{figures['top1']:.2%}", f"{figures['macro_f1']:.4f}"


def _ratio(latency: float | None) -> str:
    return "" if latency is None else f"{latency:.2f} x"


def _reasons(report: Mapping[str, Any]) -> list[str]:
    return [
        f"refused {variant['variant']}: {reason}"
        for variant in report["variants"]
        for reason in variant["reasons"]
    ]
