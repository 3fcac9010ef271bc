"""Run the measurements; write what they print, and what of, to bench/RESULTS.md.

  python -m bench               all of them
  python -m bench models path   some: the others' results stay as they are

Each is a program of its own, `python -m bench.NAME`, whose --help tells what it does. They need
what `make train convert` leaves in build/ of a `simple_cnn`, and the recordings of `make bench`.
"""

import argparse
import ast
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import distributions
from pathlib import Path

from emotion_edge.system.hardware import processor_name
from emotion_edge.util.atomic_write import staged_write

RESULTS = Path("bench/RESULTS.md")
# By name, what each is about.
TITLES = {
    "models": "What networks cost",
    "conversion": "What quantisation costs",
    "path": "Our own code, beside the network alone",
    "frame_path": "A frame's steps, and their memory",
    "footprint": "Cold start, memory, installed size",
    "peers": "Beside what people use today",
    "finder": "Finding faces",
    "steady": "Labels over time",
    "train_speed": "An epoch of training",
    "train_speed --side 640": "An epoch of training, large pictures",
    "train_growth": "Training on more pictures",
    "fleet": "A thousand devices on one broker",
    "budget": "What boards would take: an estimate",
}
# What the programs call the folders of pictures that are given to this one.
PICTURES = {"peers": {"--data": "data", "--faces": "faces"}, "finder": {"--photos": "data"}}
PACKAGES = (
    "ai_edge_litert",
    "tflite_runtime",
    "numpy",
    "pillow",
    "tensorflow_cpu",
    "tensorflow",
    "paho_mqtt",
    "opencv_python_headless",
)
HEAD = """\
# Measured

What `make bench` printed, each part with its command, its day and its machine, which is no Pi:
only ratios mean something elsewhere, and on another processor not even those. All that is
compared was run in turn. `emotion-edge bench` measures a board.
"""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TITLES))
    parser.add_argument("--data", type=Path, metavar="DIR", help="photographs, in class folders")
    parser.add_argument("--faces", type=Path, metavar="DIR", help="faces cut out, likewise")
    args = parser.parse_args()
    names = args.names or list(TITLES)
    if odd := set(names) - set(TITLES):
        parser.error(f"{', '.join(sorted(odd))}: not among {', '.join(TITLES)}")
    for folder in filter(None, (args.data, args.faces)):
        if not any(folder.glob("*/*.*")):
            parser.error(f"{folder}: no class folders with pictures in it")
    needs = {name: missing(name, args.data) for name in names}
    if args.names and any(needs.values()):
        parser.error("; ".join(f"{name} needs {need}" for name, need in needs.items() if need))
    for name in names:
        if needs[name]:
            print(f"{name}: needs {needs[name]}; its part stays as it is")
            continue
        parts = read(RESULTS.read_text("utf-8") if RESULTS.exists() else "")
        parts[TITLES[name]] = run(name, args)
        write(parts)


def missing(name: str, photographs: Path | None) -> str:
    """Return what a part needs and is not there, "" where nothing is."""
    if name in PICTURES and not photographs:
        return "photographs: --data DIR, or make bench PHOTOGRAPHS=DIR"
    return "mosquitto" if name == "fleet" and not shutil.which("mosquitto") else ""


def run(name: str, args: argparse.Namespace) -> str:
    """Run one of the programs; return its part of the results. What it prints is shown, too."""
    print(f"\n== {name}", flush=True)
    folders = {flag: getattr(args, key) for flag, key in PICTURES.get(name, {}).items()}
    given = {flag: folder for flag, folder in folders.items() if folder}
    command = [sys.executable, "-m", *f"bench.{name}".split()]
    command += [str(word) for pair in given.items() for word in pair]
    what = " ".join([f"`python -m bench.{name}", *(f"{flag} DIR" for flag in given)])
    what = f"{what}`, {time.strftime('%Y-%m-%d')}, {machine()}"
    # Or each start of a program would compile it anew, which costs time and memory.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start, printed = time.monotonic(), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    if process.returncode:
        sys.exit(f"bench.{name} failed: exit code {process.returncode}")
    taken = time.monotonic() - start
    blocks = (about(name), "".join(printed).strip())
    return "\n".join([f"{what}; it took {taken:.0f} s.\n", *map("```\n{}\n```\n".format, blocks)])


def about(name: str) -> str:
    """Return what a program measures, as its --help tells it, without how it is called."""
    source = Path(__file__).with_name(f"{name.split(maxsplit=1)[0]}.py").read_text("utf-8")
    text = ast.get_docstring(ast.parse(source)) or ""
    calls = re.compile(r"^  python -m .*\n(?: {20,}.*\n)*", re.M)
    return re.sub(r"\n{3,}", "\n\n", calls.sub("", text))


def machine() -> str:
    """Return the processor and the versions that matter."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    installed = {d.name.replace("-", "_").lower(): d for d in distributions()}
    known = (name for name in PACKAGES if name in installed)
    versions = ", ".join(f"{installed[name].name} {installed[name].version}" for name in known)
    return f"{processor_name()}, {system}, Python {platform.python_version()}, {versions}"


def read(text: str) -> dict[str, str]:
    """Return a file's parts by their titles."""
    parts = re.split(r"^## (.+)\n\n", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def write(parts: dict[str, str]) -> None:
    """Write the file anew, its parts in the order of `TITLES`."""
    known = (title for title in TITLES.values() if title in parts)
    text = "\n".join([HEAD, *(f"## {title}\n\n{parts[title].strip()}\n" for title in known)])
    with staged_write(RESULTS.parent) as stage:
        (stage / RESULTS.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
