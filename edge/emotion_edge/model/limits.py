"""What a model file may contain at most: every bound of a file's sizes, numbers and texts."""

from collections.abc import Mapping

from emotion_edge.errors import is_plain
from emotion_edge.util.strict_json import is_number

MAX_FILE = 64 * 1024**2  # bytes; simple_cnn has 10 MB as float32
MAX_ENTRIES, MAX_DIRECTORY = 64, 16 * 1024  # files in the zip; bytes of their list
MAX_UNPACKED = 16 * 1024**2  # bytes of all files in the zip
MAX_JSON = 256 * 1024  # bytes of each JSON file
MAX_PICTURE = 8 * 1024**2  # bytes of the golden picture
MAX_PIXELS = 4_000_000  # of the golden picture: convert draws 1.7 times as many as the input has
MAX_LABELS, MAX_RUNTIMES = 100, 16
MAX_TEXT = 100  # characters of a label, or of another text
# The smallest and the largest number for each name, in the contract and in the golden vector.
NUMBERS: Mapping[str, tuple[float, float]] = {
    "width": (1, 1024),
    "height": (1, 1024),
    "scale": (-10, 10),
    "offset": (-1000, 1000),
    "embedding": (1, 4096),
    "share": (1e-6, 1),
    "tau": (0, 1),
    "temperature": (0.01, 100),
    "enter": (0, 1),
    "leave": (0, 1),
    "face_width": (1, 10),
    "eye_height": (0, 1),
    "features": (-1e6, 1e6),
    "logits": (-1e6, 1e6),
    "scores": (0, 1),
    "tolerance": (0, 1e6),
}


def find_bad_number(values: Mapping[str, object]) -> str | None:
    """Return the first name whose number is out of its bounds, or is no number; None if none is."""
    return next((name for name in values if not is_number(values[name], *NUMBERS[name])), None)


def allowed(name: str) -> str:
    """Return the bounds of a number in words."""
    low, high = NUMBERS[name]
    return f"allowed: {low:g} to {high:g}"


def are_texts(values: object, most: int) -> bool:
    """Return whether `values` is a list of 1 to `most` short texts without control characters."""
    return isinstance(values, list) and 0 < len(values) <= most and all(map(is_text, values))


def is_text(value: object) -> bool:
    """Return whether a value is a text of 1 to `MAX_TEXT` characters without control characters."""
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and is_plain(value)


def are_numbers(values: object, name: str, count: int) -> bool:
    """Return whether `values` is a list of `count` numbers in the bounds of `name`."""
    return (
        isinstance(values, list)
        and len(values) == count
        and all(is_number(value, *NUMBERS[name]) for value in values)
    )
