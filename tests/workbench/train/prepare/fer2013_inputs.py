"""Write ten pictures of FER2013 and FER+ in both published formats."""

import csv
from pathlib import Path

import numpy as np

from train.prepare.fer2013_types import VOTES

USAGES = ["Training"] * 7 + ["PublicTest"] * 2 + ["PrivateTest"]
ROWS = list(zip([0, 1, 2, 3, 4, 5, 6, 3, 4, 5], USAGES, strict=True))
VOTED = [
    "fer0000000.png,0,1,0,0,6,3,0,0,0,0",
    "fer0000001.png,6,1,0,0,0,3,0,0,0,0",
    "fer0000002.png,4,0,0,4,0,0,2,0,0,0",
    "fer0000003.png,2,0,0,0,0,0,0,8,0,0",
    "fer0000004.png,2,0,0,0,0,0,0,0,8,0",
    ",0,0,0,0,0,0,0,0,0,10",
    "fer0000006.png,0,0,0,0,0,0,0,0,1,9",
    "fer0000007.png,0,10,0,0,0,0,0,0,0,0",
    "fer0000008.png,4,0,0,0,0,0,0,0,4,0",
    "fer0000009.png,0,0,7,0,0,0,3,0,0,0",
]


def write_csv_files(
    folder: Path, rows: list[tuple[int, str]], votes: list[str] | None = None
) -> None:
    """Write fer2013.csv, and fer2013new.csv if there are votes.

    rows: (emotion, Usage). votes: lines of "Image name,votes".
    """
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (len(rows), 48 * 48))
    with (folder / "fer2013.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["emotion", "pixels", "Usage"])
        for (emotion, usage), face in zip(rows, faces, strict=True):
            writer.writerow([emotion, " ".join(map(str, face)), usage])
    if votes is not None:
        lines = [f"{usage},{vote}" for (_, usage), vote in zip(rows, votes, strict=True)]
        header = ",".join(["Usage", "Image name", *VOTES])
        (folder / "fer2013new.csv").write_text("\n".join([header, *lines, ""]))


def write_npz(path: Path, **changes: object) -> None:
    """Write the votes of VOTED and random images as one .npz file.

    changes: arrays to replace, or None to leave one out.
    """
    arrays = {
        "images": np.random.default_rng(0).integers(0, 256, (10, 48, 48)).astype(np.uint8),
        "votes": np.array([row.split(",")[1:] for row in VOTED]).astype(np.uint8),
        "split": np.array(["train"] * 7 + ["validation"] * 2 + ["test"]),
        "name": np.array([f"{i:07}" for i in range(10)]),
    }
    np.savez(
        path, **{name: array for name, array in (arrays | changes).items() if array is not None}
    )
