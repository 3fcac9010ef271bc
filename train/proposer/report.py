"""Recall of the finished network on scenes with people who were held out."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from emotion_edge.faces.face_proposer import MIN_PROPOSAL_SCORE, SMALLEST_FACE, FaceProposer
from emotion_edge.faces.nms import iou
from train.proposer.portraits import Portraits
from train.proposer.scenes import make_scene

SCENES, SIZE = 400, (416, 320)
MIN_IOU = 0.3  # enough for the detector to find the face when it looks closer
CLASSES = (12, 26, 60, 150, 300)  # pixels of a face's side


def measure_recall(model: Path, portraits: Portraits, seed: int) -> dict[str, Any]:
    """Return how many faces a network proposes.

    model: a TFLite file. "faces": by side in pixels, the number of "all" and of "proposed".
    "proposals": the mean number in a scene.
    """
    network, proposals = FaceProposer(model.read_bytes()), 0
    everything, proposed = Counter[str](), Counter[str]()
    for number in tqdm(range(SCENES), "measuring", unit=" scenes", leave=False, disable=None):
        scene = make_scene(SIZE, portraits, np.random.default_rng([seed, number, *b"held out"]))
        found = network.propose(Image.fromarray(scene.pixels), SMALLEST_FACE)
        proposals += len(found)
        for face in scene.faces:
            side = _class_of(face.side)
            everything[side] += 1
            proposed[side] += bool((iou(face, found) > MIN_IOU).any())
    faces = {
        side: {"all": everything[side], "proposed": proposed[side]}
        for side in map(_class_of, CLASSES[:-1])
        if everything[side]
    }
    return {"faces": faces, "proposals": proposals / SCENES, "threshold": MIN_PROPOSAL_SCORE}


def _class_of(side: float) -> str:
    number = int(np.clip(np.searchsorted(CLASSES, side, "right"), 1, len(CLASSES) - 1))
    return f"{CLASSES[number - 1]} to {CLASSES[number]}"


def describe_recall(recall: dict[str, Any]) -> str:
    """Return the recall as a table."""
    rows = [
        f"{side:>11}  {count['proposed']:>5} of {count['all']:<5} "
        f"{100 * count['proposed'] / count['all']:5.1f} %"
        for side, count in recall["faces"].items()
    ]
    return "\n".join(
        [
            "faces of people who were held out, by their side in pixels, and how many are proposed",
            *rows,
            f"{recall['proposals']:.1f} places are proposed in a scene",
        ]
    )


def describe_use(file: Path) -> str:
    """Return what to do so that the face finder uses a network: it refuses unknown ones."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return (
        f"to use it, copy {file.name} over models/{file.name}, and write its SHA-256, {digest}, "
        "into FACE_PROPOSER in edge/emotion_edge/faces/face_proposer.py"
    )


def write_report(file: Path, settings: dict[str, Any], recall: dict[str, Any]) -> None:
    """Write settings and recall to a JSON file."""
    file.write_text(json.dumps({"settings": settings, "recall": recall}, indent=2) + "\n")
