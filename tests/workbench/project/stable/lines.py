"""The JSON that commands print: the lines of `run`, `history --json` and `doctor --json`."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import numpy as np
from PIL import Image

from emotion_edge.faces.quality import check_quality
from emotion_edge.output.json_lines import counts_line
from emotion_edge.pipeline.heartbeat import Event
from emotion_edge.pipeline.results import PeriodCounts
from tests.edge.command_line import edge, json_lines
from tests.edge.commands.teach.lessons import film as film_person
from tests.edge.models import INT8
from tests.edge.photographs import ASTRONAUT, COFFEE
from tests.edge.recordings import film, write_colours
from tests.workbench.project.stable.shapes import shape

Lines = list[dict[str, object]]
NOISE = np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8)


def json_output(folder: Path) -> dict[str, object]:
    """Return the keys of each kind of line with their types, and what some of them may be."""
    kinds: dict[str, Lines] = defaultdict(list)
    for line in (*_pictures(folder), *_stream(folder), *_colours(folder), counts_of_a_period()):
        kinds[_kind(line)].append(line)
    unsure = (line for lines in kinds.values() for line in lines if line.get("reason"))
    unknown = {str(line["reason"]) for line in unsure}
    return {
        "lines of run": {name: shape(lines) for name, lines in kinds.items()},
        "event": [*get_args(Event), "aggregate"],
        "label besides the model's": sorted({"no_face", "unknown"} & _labels(kinds)),
        # `paused` needs a broker or a page: the snapshot of MQTT has it.
        "reason": sorted(unknown | _rejections()),
        "history --json": shape(_history(folder, "--json")),
        "history --csv": _printed(folder, "--csv").partition("\n")[0],
        "doctor --json": shape(_doctor(folder)),
        "doctor --json, status": sorted({str(each["status"]) for each in _doctor(folder)}),
    }


def _kind(line: dict[str, object]) -> str:
    if line["event"] == "aggregate":
        return "counts of a period"
    if line["frame"] is None:
        return "no frames"
    where = "picture" if line["seconds"] is None else "stream"
    if line["label"] == "no_face":
        return f"{where}: nobody" if line["face"] is None else "a face has left"
    return "stream: unknown, with --faces off" if line["label"] == "unknown" else f"{where}: a face"


def _labels(kinds: dict[str, Lines]) -> set[object]:
    return {line.get("label") for lines in kinds.values() for line in lines}


def _run(*options: object) -> Lines:
    result = edge("run", *options)
    assert result.returncode == 0, result.stderr
    return json_lines(result.stdout)


def _pictures(folder: Path) -> Lines:
    """Label a photograph of a face and one without."""
    (folder / "photos").mkdir()
    for name, pixels in (("face", ASTRONAUT), ("none", COFFEE)):
        Image.fromarray(pixels).save(folder / "photos" / f"{name}.png")
    return _run("--source", folder / "photos")


def _stream(folder: Path) -> Lines:
    """Label a face that comes and leaves; a video's time is its own on a slow computer, too."""
    video = folder / "face.mp4"
    film_person(video, [("happy", 2.0), ("nobody", 3.0)])
    found = _run("--source", video, "--heartbeat", 0.5)
    return [line for line in found if line["label"] != "unknown"]  # no promise: the model's answer


def _colours(folder: Path) -> Lines:
    """Label colours with no threshold that they reach, and a camera that vanishes."""
    fixed = ("--model", INT8, "--faces", "off", "--all", "--source")
    video = film(folder / "colours.mp4", "mpeg4", 10)
    score = _run(*fixed, video, "--enter", 1)
    margin = _run(*fixed, video, "--enter", 0, "--leave", 0, "--margin", 1)
    rows = [("red", i / 10, "vanish" if i == 5 else "") for i in range(10)]
    lost = _run(*fixed, f"replay:{write_colours(folder / 'lost', rows)}", "--stall", 0.2)
    return [*score, *margin, *(line for line in lost if line["frame"] is None)]


def counts_of_a_period() -> dict[str, object]:
    """Return the line of a period, without waiting for a minute as test_aggregate.py does."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = start + timedelta(minutes=1)
    return counts_line(
        PeriodCounts(start=start, end=end, frames=3, counts={"red": 3}, source="door")
    )


def _rejections() -> set[str]:
    """Return why a face can be rejected."""
    dark, plain = np.zeros_like(NOISE), np.full_like(NOISE, 128)
    faces = ((NOISE, 1.0), (dark, 100.0), (plain, 100.0), (NOISE, 100.0))
    return {reason for image, side in faces if (reason := check_quality(image, side))}


def _history(folder: Path, option: str) -> list[object]:
    return json.loads(_printed(folder, option))


def _printed(folder: Path, option: str) -> str:
    file = folder / "labels.db"
    if not file.exists():
        fixed = ("--model", INT8, "--faces", "off", "--source", f"replay:{folder / 'lost'}")
        _run(*fixed, "--history", file)
    return edge("history", file, option).stdout


def _doctor(folder: Path) -> Lines:
    """Return findings of every status."""
    wrong = folder / "missing.tflite"
    return json.loads(edge("doctor", "--json", "--model", wrong, cwd=folder).stdout)
