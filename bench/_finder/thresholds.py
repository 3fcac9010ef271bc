"""Count the faces found in drawn scenes, and the false boxes, by the threshold, with --scenes.

The scenes are drawn people in front of photographs, walls and clutter, of which some is nearly a
face; a quarter shows nobody. The first scenes are there to choose a threshold on: face-proposer was
trained on their backdrops, photographs of scikit-image and drawn walls. The default is judged on
the others, which show other people before photographs of scikit-learn that it has not seen. The
people of both are drawn by the same program as a part of those that it was trained on.

found   share of the faces that overlap with a box by an intersection over union of more than 0.4
false   boxes without a face
empty   those of them in scenes without anybody
ratio   false, over that of version 0.1, which searched 13 windows of a frame, at 0.63
former  what version 0.1 does
looks   how often a network of the face detector ran

The last table shows parts of pictures without anybody, none but the first of the training of
face-proposer: what is left at a stricter threshold, and whether the default leaves at most half of
the former false boxes. Nothing was chosen on them. They are there because many small things, or one
round one, deceive a face finder more than a room does. Version 0.1 was measured by this program:

  git worktree add build/former f7fff146
  PYTHONPATH=build/former/edge:. python -m bench.finder --scenes
"""

import numpy as np

from bench._finder.nobody import MOST_FALSE, print_nobody
from bench._finder.scenes import NEVER_SEEN, TRAINED_ON, Backdrops, make_scene
from emotion_edge.faces.detector import DEFAULT_THRESHOLD, MIN_CONFIRM_SCORE, FaceDetector
from emotion_edge.faces.nms import iou

TO_CHOOSE_ON, TO_JUDGE_ON = range(200), range(1000, 1500)  # seeds
BACKDROPS = {TO_CHOOSE_ON: TRAINED_ON, TO_JUDGE_ON: NEVER_SEEN}
# Faces that version 0.1 found in these scenes, and its false boxes.
FORMER = {TO_CHOOSE_ON: (277, 55), TO_JUDGE_ON: (713, 110)}
THRESHOLDS = (0.5, 0.55, 0.6, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.7, 0.72, 0.75)
MIN_IOU, MOST_LOST = 0.4, 0.005
Counts = dict[float, tuple[int, int, int]]
"""For each threshold: faces found, false boxes, and those of them in empty scenes."""


def print_thresholds() -> None:
    """Print a table for the scenes to choose a threshold on, and one for the others."""
    print_table("to choose on", TO_CHOOSE_ON)
    found, false = print_table("to judge on", TO_JUDGE_ON)
    print(f"goal: at most {MOST_LOST:.1%} less found than by version 0.1, half of its false boxes")
    kept = found >= -MOST_LOST and false <= MOST_FALSE
    verdict = "kept" if kept else "MISSED"
    print(f"at {DEFAULT_THRESHOLD}: {verdict} ({found:+.1%} found, {false:.2f} x false)\n")
    print_nobody()


def print_table(title: str, seeds: range) -> tuple[float, float]:
    """Return how many more faces the default finds than version 0.1, as a share, and the ratio."""
    counts, faces, empty = count_boxes(seeds, BACKDROPS[seeds])
    print(f"{title}: {len(seeds)} scenes, {faces} faces, {empty} scenes without one")
    print("threshold   found  missed  false  empty   ratio")
    former_found, former_false = FORMER[seeds]
    for threshold, (found, false, in_empty) in counts.items():
        print(
            f"{threshold:9} {found / faces:7.1%} {faces - found:7} {false:6} {in_empty:6}"
            f" {false / former_false:7.2f}{' default' * (threshold == DEFAULT_THRESHOLD)}",
            flush=True,
        )
    found, false, _ = counts[DEFAULT_THRESHOLD]
    return (found - former_found) / faces, false / former_false


def count_boxes(seeds: range, backdrops: Backdrops) -> tuple[Counts, int, int]:
    """Search each scene once; return the counts, and the numbers of faces and of empty scenes."""
    detector, faces, empty = FaceDetector(threshold=MIN_CONFIRM_SCORE), 0, 0
    totals = {each: np.zeros(3, int) for each in THRESHOLDS}
    for scene in (make_scene(seed, backdrops) for seed in seeds):
        found = detector.detect(scene.pixels)
        overlap = np.array([iou(face.box, np.array(scene.faces).reshape(-1, 3)) for face in found])
        hits = overlap.reshape(len(found), len(scene.faces)) > MIN_IOU
        for threshold in THRESHOLDS:
            sure = hits[[face.score >= threshold for face in found]]
            false = int((~sure.any(axis=1)).sum())
            totals[threshold] += (sure.any(axis=0).sum(), false, 0 if scene.faces else false)
        faces, empty = faces + len(scene.faces), empty + (not scene.faces)
    return {each: (int(a), int(b), int(c)) for each, (a, b, c) in totals.items()}, faces, empty
