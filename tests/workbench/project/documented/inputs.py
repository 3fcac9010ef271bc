"""Write small inputs for the commands in README and docs/, with the names that the pages use."""

import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from emotion_edge.model.model_file import SHIPPED
from tests.edge.models import FLOAT32, INT8
from tests.edge.recordings import film, write_recording
from tests.workbench.conftest import REPOSITORY, make_checkout, make_photos, run, write_program
from tests.workbench.train.prepare.fer2013_inputs import ROWS, VOTED, write_csv_files, write_npz
from tests.workbench.train.prepare.inputs import write_astronaut

# Replaces ffmpeg if it is not installed: writes the clip's frames as raw RGB24 of 640 x 480.
FFMPEG = f"""#!{sys.executable}
import sys, av
for frame in av.open(sys.argv[2]).decode(video=0):
    sys.stdout.buffer.write(frame.reformat(640, 480, "rgb24").to_ndarray().tobytes())
"""


def nothing(folder: Path, tiny_build: Path) -> None:
    """Write nothing: the commands need no file."""


def docs_folder(folder: Path, tiny_build: Path) -> None:
    """Make the folder that the commands write a picture to."""
    (folder / "docs").mkdir()


def whole_photographs(folder: Path, tiny_build: Path) -> None:
    """Write photographs of several people, in two classes."""
    for seed in range(12):
        label = ("happy", "sad")[seed % 2]
        write_astronaut(folder / "photos" / label / f"person{seed // 2}-{seed}.png", seed)


def photographs_of_a_crowd(folder: Path, tiny_build: Path) -> None:
    """Write photographs of several people, in the two classes whose labels are unsure."""
    for seed in range(12):
        label = ("sad", "surprise")[seed % 2]
        write_astronaut(folder / "crowd" / label / f"person{seed // 2}-{seed}.png", seed)


def fer2013(folder: Path, tiny_build: Path) -> None:
    """Write FER2013 and the votes of FER+ in both formats."""
    write_csv_files(folder, ROWS, VOTED)
    write_npz(folder / "ferplus.npz")


def trained_and_converted(folder: Path, tiny_build: Path) -> None:
    """Write a tiny network's run, a converted model, and a data set of the same classes."""
    shutil.copytree(tiny_build, folder / "build")
    shutil.copy(INT8, folder / "build" / "model.tflite")
    make_photos(folder / "fer", validation=4, test=4)


def network_of_others(folder: Path, tiny_build: Path) -> None:
    """Write a Keras network that expects pixels from 0 to 1, and a data set of its classes."""
    shutil.copy(tiny_build / "model.keras", folder / "my.keras")
    make_photos(folder / "faces", train=20, validation=8, test=10)


def groups(folder: Path, tiny_build: Path) -> None:
    """Write a converted model, a data set, and a table of groups of its pictures."""
    (folder / "build").mkdir()
    shutil.copy(INT8, folder / "build" / "model.tflite")
    make_photos(folder / "data", validation=4)
    rows = (f"validation/red/{i:02}.png,{'AB'[i % 2]}\n" for i in range(4))
    (folder / "groups.csv").write_text("picture,group\n" + "".join(rows))


def sample_frames(folder: Path, tiny_build: Path) -> None:
    """Write our model as the result of a conversion, and two sample frames."""
    write_astronaut(folder / "build" / "samples" / "frames" / "a.png")
    write_astronaut(folder / "build" / "samples" / "frames" / "b.png", seed=9)
    shutil.copy(SHIPPED, folder / "build" / "model.tflite")


def pictures_and_clip(folder: Path, tiny_build: Path) -> None:
    """Write two photographs and a video."""
    (folder / "photos").mkdir()
    for i, pixels in enumerate((data.astronaut(), data.coffee())):
        Image.fromarray(pixels).save(folder / "photos" / f"{i}.jpg")
    film(folder / "clip.mp4", "mpeg4", 10)


def clip_and_ffmpeg(folder: Path, tiny_build: Path) -> None:
    """Write a video and, if ffmpeg is not installed, a program that replaces it."""
    pictures_and_clip(folder, tiny_build)
    if not shutil.which("ffmpeg"):
        (folder / "bin" / "ffmpeg").write_text(FFMPEG)
        (folder / "bin" / "ffmpeg").chmod(0o755)


def camera_for_ffmpeg(folder: Path, tiny_build: Path) -> None:
    """Write a program that replaces ffmpeg, and plays a video in place of a network camera."""
    pictures_and_clip(folder, tiny_build)
    (folder / "bin" / "ffmpeg").write_text(FFMPEG.replace("sys.argv[2]", '"clip.mp4"'))
    (folder / "bin" / "ffmpeg").chmod(0o755)


def recording(folder: Path, tiny_build: Path) -> None:
    """Write a recording: one second of a face."""
    write_recording(folder / "DIR", [np.asarray(data.astronaut())] * 10)


def models(folder: Path, tiny_build: Path) -> None:
    """Write three models, and the files of `pictures_and_clip`."""
    pictures_and_clip(folder, tiny_build)
    shutil.copy(SHIPPED, folder / "mine.tflite")
    shutil.copy(FLOAT32, folder / "model.float32.tflite")
    shutil.copy(INT8, folder / "model.tflite")


def repository(folder: Path, tiny_build: Path) -> None:
    """Write our model as the result of a conversion, and an empty repository with its keys."""
    (folder / "build").mkdir()
    shutil.copy(SHIPPED, folder / "build" / "model.tflite")
    keys = ("--keys", folder / "model-keys", "--root-keys", folder / "stick" / "root")
    made = run("convert.publish", "init", "--repository", folder / "models", *keys)
    assert made.returncode == 0, made.stderr


def published(folder: Path, tiny_build: Path) -> None:
    """Do what `repository` does, and publish the model."""
    repository(folder, tiny_build)
    places = ("--repository", folder / "models", "--keys", folder / "model-keys")
    words = ("release", SHIPPED, "--name", "2026-12", "--percent", 5)
    assert run("convert.publish", *words, *places).returncode == 0


def checkout(folder: Path, tiny_build: Path) -> None:
    """Write the Makefile, replacements of all programs in .venv/, and folders of photographs."""
    (folder / ".venv").unlink()
    make_checkout(folder)
    for name in ("ruff", "mypy", "pytest"):
        shutil.copy(folder / ".venv/bin/python", folder / ".venv/bin" / name)
    make_photos(folder / "photos", train=1, validation=1)
    make_photos(folder / "fer", validation=1)


def first_change(folder: Path, tiny_build: Path) -> None:
    """Write a copy of the program, and a .venv/ that runs it."""
    (folder / ".venv").unlink()
    ignored = shutil.ignore_patterns("__pycache__", "*.tflite")
    shutil.copytree(REPOSITORY / "edge", folder / "edge", ignore=ignored)
    program = f'#!/bin/sh\nPYTHONPATH=edge exec "{sys.executable}" -m emotion_edge "$@"\n'
    (folder / ".venv/bin").mkdir(parents=True)
    write_program(folder / ".venv/bin/emotion-edge", program)
