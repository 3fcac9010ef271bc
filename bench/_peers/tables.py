"""Tables of `bench.peers`."""

import statistics
import textwrap

from bench._peers.trial import OURS, Trial
from evaluation.metrics import wilson

LINE = "{:12} {:>16} {:>16} {:>16} {:>16} {:>6} {:>13} {:>13}"
HEAD = ("", "ms, given", "ms, found", "start", "memory", "disk", "right, given", "right, found")


def print_table(trials: list[Trial]) -> None:
    """Print the figures of each package, and below them how many times ours they are."""
    print(LINE.format(*HEAD))
    ours: list[float | None] = []
    for trial in trials:
        columns = [trial.ms[True], trial.ms[False], trial.starts, trial.memory, [trial.disk()]]
        numbers = [statistics.median(values) if values else None for values in columns]
        correct = (format_share(trial.correct[given]) for given in (True, False))
        print(LINE.format(trial.name, *map(format_median, columns), *correct))
        if trial.name == OURS:
            ours = numbers
        elif ours:
            pairs = zip(numbers, ours, strict=True)
            ratios = (f"{a / b:.1f} x" if a and b else "-" for a, b in pairs)
            print(LINE.format("", *ratios, "", "").rstrip())


def print_faces(trials: list[Trial]) -> None:
    """Print the accuracy on cropped faces."""
    print(f"\nof {len(trials[0].faces_correct):,} cropped faces, right")
    for trial in trials:
        low, high = wilson(sum(trial.faces_correct), len(trial.faces_correct))
        right = sum(trial.faces_correct) / len(trial.faces_correct)
        print(f"{trial.name:14} {right:.1%} ({low:.1%} to {high:.1%})")


def print_versions(trials: list[Trial], errors: dict[str, str]) -> None:
    """Print the versions of all packages, and why some could not be measured."""
    print("\nversions")
    for trial in trials:
        print(f"{trial.name:14} {trial.versions()}".rstrip())
    print("\nNot available here:" if errors else "")
    for name, error in errors.items():
        print(textwrap.fill(f"{name}: {error}", 110, subsequent_indent="    ", max_lines=3))


def format_median(values: list[float]) -> str:
    """Return the median, with the lowest and the highest of several values."""
    if not values:
        return "-"
    middle, low, high = (
        f"{value:.2f}" if value < 10 else f"{value:.{int(value < 100)}f}"
        for value in (statistics.median(values), min(values), max(values))
    )
    return f"{middle} ({low}-{high})" if len(values) > 1 else middle


def format_share(correct: list[bool]) -> str:
    """Return how many are correct of how many, and the interval in per cent."""
    low, high = wilson(sum(correct), len(correct))
    return f"{sum(correct)}/{len(correct)} ({100 * low:.0f}-{100 * high:.0f})"
