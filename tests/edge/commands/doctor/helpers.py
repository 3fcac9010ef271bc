"""Run `emotion-edge doctor`, and make sources for it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.cli.parser import make_parser
from emotion_edge.cli.settings import run_settings
from emotion_edge.commands.settings import RunSettings
from tests.edge.command_line import edge

# Where doctor tests the right to publish to Home Assistant.
DOCTOR_TOPIC = "homeassistant/device/emotion-edge-test-hall-dd7a7ddd79ef/doctor"


def parse_settings(*options: object) -> RunSettings:
    """Return the settings from doctor's options."""
    return run_settings(make_parser("").parse_args(["doctor", *map(str, options)]))


def record_picture(folder: Path, pixels: np.ndarray, *, fault: str = "", frames: int = 30) -> str:
    """Write a recording of one picture, ten frames a second, and return it as a source."""
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "frame.png")
    rows = [f"frame.png,{i / 10},{fault}" for i in range(frames)]
    (folder / "times.csv").write_text("\n".join(["file,seconds,fault", *rows]))
    return f"replay:{folder}"


def portrait() -> np.ndarray:
    """Return a frame with one face; skip the test without scikit-image."""
    photographs = pytest.importorskip("tests.edge.photographs")
    place = photographs.Box(250, 120, 140)
    scene = photographs.paste(photographs.scene("coffee"), photographs.astronaut(), place)
    return np.asarray(scene)


def run_doctor(*options: object, code: int, **more: object) -> dict[str, dict[str, str]]:
    """Run doctor, check its JSON and exit code, and return the findings by check."""
    result = edge("doctor", "--json", *options, **more)
    assert result.returncode == code, result.stdout + result.stderr
    rows = json.loads(result.stdout)
    assert all(list(row) == ["check", "status", "found", "remedy"] for row in rows)
    assert all(bool(row["remedy"]) == (row["status"] != "ok") for row in rows)
    failed = sum(row["status"] == "fail" for row in rows)
    if code == 1:
        assert f"emotion-edge: error: {failed} of {len(rows)} checks failed" in result.stderr
    else:
        assert failed == 0
    return {row["check"]: row for row in rows}
