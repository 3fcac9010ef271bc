"""Drawn people, taught and asked by the real command with the model that ships."""

from collections.abc import Iterable
from pathlib import Path

from tests.edge.command_line import edge, json_lines
from train.synthetic.images import CLASSES, draw_sample


def draw(folder: Path, people: Iterable[int]) -> Path:
    """Draw each person with every expression into class folders; return the folder."""
    for person in people:
        for place, label in enumerate(CLASSES):
            (folder / label).mkdir(parents=True, exist_ok=True)
            image = draw_sample(1, "test", person * len(CLASSES) + place)
            image.save(folder / label / f"{person:05}.png")
    return folder


def answers(folder: Path, *options: object) -> dict[str, str]:
    """Return what `run` calls each picture in which it finds a face."""
    result = edge("run", "--source", folder, *options, timeout=600)
    assert result.returncode == 0, result.stderr
    lines = [line for line in json_lines(result.stdout) if line["face"] == 1]
    assert len(lines) > 0.9 * sum(1 for _ in folder.rglob("*.png"))
    return {line["source"]: line["label"] for line in lines}


def right(named: dict[str, str]) -> list[bool]:
    """Return whether each picture is called what its folder is."""
    return [label == Path(source).parent.name for source, label in named.items()]
