"""Draw docs/architecture.svg from the imports: `make architecture`.

Every box is a package and every arrow an import that exists. The same imports give the same bytes.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from docs.imports import PACKAGE, package_arrows, read_imports, without_shortcuts

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 8.6, 8.25  # inches, like all positions here
ROW, BOX = 0.7, 0.48  # from one row of boxes to the next; the height of a box


class Box(NamedTuple):
    """A package's place: its row from the top, and its left and right edge."""

    row: int
    left: float
    right: float
    description: str


# Arrows are vertical where two boxes overlap from left to right, so arrange them to do so.
BOXES = {
    "bench": Box(0, 0.25, 2.65, "measures models and the daemon"),
    "train": Box(1, 0.25, 1.4, "photos to Keras"),
    "convert": Box(1, 1.5, 2.65, "Keras to TFLite"),
    "evaluation": Box(2, 0.25, 2.65, "accuracy, parity, model card"),
    "cli": Box(0, 3.3, 8.35, "command line and TOML file to settings"),
    "commands": Box(1, 3.3, 8.35, "run, doctor, collect, info, …"),
    "output": Box(2, 3.3, 6.7, "JSON lines, MQTT, Prometheus, the page"),
    "updates": Box(2, 6.9, 8.35, "models by TUF"),
    "installed": Box(3, 5.4, 8.35, "change the model, watch, go back"),
    "pipeline": Box(4, 3.3, 6.7, "analyzer, label smoothing, FrameResult"),
    "teaching": Box(5, 3.3, 4.9, "a head for your face"),
    "faces": Box(6, 3.3, 4.9, "find, track, align"),
    "model": Box(7, 3.3, 4.9, "contract, classifier"),
    "capture": Box(7, 5.1, 6.7, "cameras, files, stdin"),
    "imaging": Box(8, 4.4, 5.75, "pixels, image files"),
    "system": Box(8, 6.9, 8.35, "systemd, sensors"),
    "util": Box(9, 5.95, 7.5, "timeouts, progress"),
    "errors": Box(10, 3.3, 8.35, "UserError, RunError, exit codes"),
}
FRAMES = {
    "Workstation: run from the checkout": Box(2, 0.1, 2.8, ""),
    "Raspberry Pi: edge/emotion_edge, all that is installed there": Box(10, 3.15, 8.5, ""),
}
EDGE_LEFT = 3.15  # where an arrow to emotion_edge as a whole ends
NOT_DRAWN = {"tests", "docs", "__init__", "__main__", "__version__"}
NOTE = (
    "An arrow is an import, read from the\n"
    "code. Imports only go down, and may\n"
    "skip layers: an arrow is left out if\n"
    "a chain of arrows joins the two boxes."
)
INK, LINE, PANEL = "#1b2733", "#3d5a80", "#eef3f8"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "emotion-edge",  # ids are random without it
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
}


def main() -> None:
    """Draw to the path given, or to docs/architecture.svg."""
    draw(ROOT, Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "architecture.svg")


def draw(root: Path, path: Path) -> None:
    """Draw the packages below `root` and their imports to `path`.

    Each box has the id "box:NAME" and each arrow "arrow:IMPORTER:IMPORTED".
    """
    arrows = without_shortcuts(package_arrows(read_imports(root)))
    with mpl.rc_context(STYLE):
        figure = Figure((WIDTH, HEIGHT))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT - 0.7, -0.7))
        axes.axis("off")
        for title, frame in FRAMES.items():
            _draw_frame(axes, title, frame)
        for name, box in BOXES.items():
            _draw_box(axes, name, box)
        for source, target in sorted(arrows):
            if NOT_DRAWN.isdisjoint((source, target)):
                _draw_arrow(axes, source, target)
        axes.text(0.25, 3 * ROW, NOTE, va="top", size=8.5, color=INK, linespacing=1.5)
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def _draw_frame(axes: Axes, title: str, frame: Box) -> None:
    top, bottom = -0.6, frame.row * ROW + 0.36
    _draw_rectangle(axes, frame, top, bottom, fc=PANEL)
    axes.text(frame.left + 0.15, top + 0.17, title, va="center", size=9, color=INK)


def _draw_box(axes: Axes, name: str, box: Box) -> None:
    middle, centre = box.row * ROW, (box.left + box.right) / 2
    _draw_rectangle(axes, box, middle - BOX / 2, middle + BOX / 2, fc="white", gid=f"box:{name}")
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
    axes.text(centre, middle - 0.09, name, size=10.5, weight="bold", **style)
    axes.text(centre, middle + 0.12, box.description, size=8.5, **style)


def _draw_rectangle(axes: Axes, box: Box, top: float, bottom: float, **style: Any) -> None:
    corner, size = (box.left, top), (box.right - box.left, bottom - top)
    axes.add_patch(
        FancyBboxPatch(corner, *size, "round,pad=0,rounding_size=0.06", ec=LINE, lw=1, **style)
    )


def _draw_arrow(axes: Axes, source: str, target: str) -> None:
    start, end = _ends(BOXES[source], None if target == PACKAGE else BOXES[target])
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "lw": 1.5, "color": LINE}
    gid = f"arrow:{source}:{target}"
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, gid=gid, **style))


def _ends(source: Box, target: Box | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return an arrow's start and end; None stands for emotion_edge as a whole."""
    if target is None:
        return (source.right, source.row * ROW), (EDGE_LEFT, source.row * ROW)
    between = (max(source.left, target.left) + min(source.right, target.right)) / 2
    start, end = (min(max(between, box.left + 0.1), box.right - 0.1) for box in (source, target))
    return (start, source.row * ROW + BOX / 2), (end, target.row * ROW - BOX / 2)


if __name__ == "__main__":
    main()
