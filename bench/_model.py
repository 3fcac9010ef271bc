"""What model a measurement is of, for those that take the one in build/."""

from pathlib import Path

from emotion_edge.model.classifier import Classifier


def name_model(path: Path, classifier: Classifier) -> None:
    """Print a line: the file, its input, its size."""
    rows, columns, channels = classifier.contract.input_shape
    kind = classifier.input_table.dtype
    print(f"{path}: {rows} x {columns} x {channels} of {kind}, {path.stat().st_size:,} bytes")
