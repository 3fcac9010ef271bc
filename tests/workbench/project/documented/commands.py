"""Registry of the commands in README and docs/, and the tests that run them.

test_commands.py runs the blocks in RUN, and checks that the tests in ELSEWHERE
(elsewhere.py) exist.
"""

from collections.abc import Callable
from pathlib import Path

from tests.workbench.project.documented import inputs
from tests.workbench.project.documented.page import page

PYTHON, PAGE = ".venv/bin/python -m", "http://127.0.0.1:8080"

# Blocks that run unchanged, by page and first four words, with the function that writes their
# inputs. For `make`, replacements stand in for the programs that it starts; .ci/run and other tests
# run the real ones.
RUN: dict[tuple[str, str], Callable[[Path, Path], None]] = {
    ("README.md", "make train convert run"): inputs.checkout,
    ("README.md", "make test"): inputs.checkout,
    ("training.md", "emotion-edge run --model build/model.tflite"): inputs.sample_frames,
    ("training.md", "make train convert run"): inputs.checkout,
    ("training.md", "make train convert MODEL=compact"): inputs.checkout,
    ("training.md", f"{PYTHON} train.adopt my.keras"): inputs.network_of_others,
    ("training.md", f"{PYTHON} train.evaluate build/model.tflite"): inputs.trained_and_converted,
    ("training.md", f"{PYTHON} train.evaluate --groups"): inputs.groups,
    ("datasets.md", f"{PYTHON} train.prepare --photos"): inputs.whole_photographs,
    ("datasets.md", f"{PYTHON} train.prepare --unsure"): inputs.photographs_of_a_crowd,
    ("datasets.md", f"{PYTHON} train.prepare --fer2013"): inputs.fer2013,
    ("datasets.md", f"{PYTHON} train.prepare --npz"): inputs.fer2013,
    ("updates.md", f"{PYTHON} convert.publish init"): inputs.nothing,
    ("updates.md", f"{PYTHON} convert.publish release"): inputs.repository,
    ("updates.md", f"{PYTHON} convert.publish percent"): inputs.published,
    ("updates.md", f"{PYTHON} convert.publish show"): inputs.published,
    ("updates.md", f"{PYTHON} convert.publish refresh"): inputs.published,
    ("updates.md", f"{PYTHON} convert.publish rotate"): inputs.published,
    ("updates.md", "# once a year"): inputs.published,
    ("sources.md", "emotion-edge run --source 'photos/*.jpg'"): inputs.pictures_and_clip,
    ("sources.md", "emotion-edge run --source clip.mp4"): inputs.pictures_and_clip,
    ("sources.md", "ffmpeg -i clip.mp4 -f"): inputs.clip_and_ffmpeg,
    ("sources.md", "ffmpeg -i srt://camera:9000 -f"): inputs.camera_for_ffmpeg,
    ("sources.md", "emotion-edge run --source replay:DIR"): inputs.recording,
    ("sources.md", "emotion-edge info mine.tflite #"): inputs.models,
    ("history.md", "emotion-edge run --source replay:DIR"): inputs.recording,
    ("web-page.md", f"curl {PAGE}/healthz curl {PAGE}/api/state"): page,
    ("output.md", ".venv/bin/python -c ' from"): inputs.docs_folder,
    ("settings.md", "emotion-edge config > emotion-edge.toml"): inputs.nothing,
    ("privacy.md", "emotion-edge notice --lang en"): inputs.nothing,
    ("stability.md", f"{PYTHON} tests.workbench.project.stable"): inputs.checkout,
    ("CONTRIBUTING.md", "make setup # .venv/"): inputs.checkout,
    ("CONTRIBUTING.md", "sed -i 's/measure this"): inputs.first_change,
    ("benchmarks.md", "make bench make bench"): inputs.checkout,
    ("development.md", "make setup # .venv/"): inputs.checkout,
    ("development.md", "make fuzz"): inputs.checkout,
    ("development.md", "make soak"): inputs.checkout,
}
FILTERS = ("cut", "tail")  # programs that only shorten the output on a page
