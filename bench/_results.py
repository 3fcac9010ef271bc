"""The sections of bench/RESULTS.md: read, write, and describe what they were measured on."""

import ast
import platform
import re
from importlib.metadata import distributions
from pathlib import Path

from emotion_edge.system.hardware import processor_name
from emotion_edge.util.atomic_write import staged_write

RESULTS = Path("bench/RESULTS.md")
# Titles of the sections by benchmark; a benchmark's options belong to its name.
TITLES = {
    "models": "Networks: size, latency and accuracy",
    "gate": "Error rates of the gate",
    "frames": "Our own code beside the network",
    "frames --memory": "Time and memory of each step",
    "footprint": "Start, memory and disk space",
    "daemon": "The whole daemon, by people in view",
    "daemon --cameras": "Several cameras",
    "page": "What the page costs",
    "peers": "Comparison with other packages",
    "finder": "Face detection",
    "finder --scenes": "Threshold of face detection",
    "finder --streams": "Searches of what has changed",
    "steadiness": "Steadiness of labels over time",
    "teach": "What a few faces teach",
    "training": "Speed of training",
    "training --side 640": "Speed of training on large pictures",
    "training --growth": "Training on more pictures",
    "fleet": "A thousand devices on one broker",
    "fleet --updates": "Models for two hundred devices, good and bad ones",
}
# Modules whose docstrings describe a benchmark, if it is not the program's own.
DESCRIPTIONS = {
    "frames --memory": "_frames/memory.py",
    "finder --scenes": "_finder/thresholds.py",
    "finder --streams": "_finder/streams.py",
    "daemon --cameras": "_daemon/cameras.py",
    "fleet --updates": "_fleet/rollout.py",
    "training": "_training/speed.py",
    "training --side 640": "_training/speed.py",
    "training --growth": "_training/growth.py",
}
PACKAGES = (
    "ai_edge_litert",
    "tflite_runtime",
    "numpy",
    "pillow",
    "tensorflow_cpu",
    "tensorflow",
    "paho_mqtt",
    "tornado",
    "opencv_python_headless",
)
HEAD = """\
# Benchmark results

`make bench` writes this file. Each section names its command, its day and its machine, describes
the figures, and shows what the command printed. Methods that are compared ran in turn.

The machine is not a Raspberry Pi. Only ratios mean something on other machines, and on another
kind of processor even they differ. To measure a board, run `emotion-edge bench` on it.
"""


def read_results() -> dict[str, str]:
    """Return the text of each section by its title; nothing if there is no file."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
    parts = re.split(r"^## (.+)\n\n", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def write_results(sections: dict[str, str]) -> None:
    """Write the file: the sections of TITLES in that order, then all others."""
    titles = dict.fromkeys([title for title in TITLES.values() if title in sections])
    texts = [f"## {title}\n\n{sections[title].strip()}\n" for title in titles | sections]
    with staged_write(RESULTS.parent) as stage:
        (stage / RESULTS.name).write_text("\n".join([HEAD, *texts]), encoding="utf-8")


def describe_benchmark(name: str) -> str:
    """Return the docstring that describes a benchmark, without its command lines."""
    module = Path(__file__).parent / DESCRIPTIONS.get(name, f"{name}.py")
    text = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    commands = re.compile(r"^  python -m .*\n(?: {20,}.*\n)*", re.M)
    return re.sub(r"\n{3,}", "\n\n", commands.sub("", text))


def describe_machine() -> str:
    """Return the processor, the system and the versions of the packages that matter."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    installed = {d.name.replace("-", "_").lower(): d for d in distributions()}
    known = (name for name in PACKAGES if name in installed)
    versions = ", ".join(f"{installed[name].name} {installed[name].version}" for name in known)
    machine = f"{processor_name()} with {_vectors()}, {system}"
    return f"{machine}, Python {platform.python_version()}, {versions}"


def _vectors() -> str:
    """Return the widest instructions on vectors: the time of a network depends on them most."""
    flags = set(Path("/proc/cpuinfo").read_text("utf-8").split())
    known = {
        "avx512_vnni": "AVX-512 VNNI",
        "avx512f": "AVX-512",
        "avx2": "AVX2",
        "asimddp": "dot products",
    }
    return next(
        (words for flag, words in known.items() if flag in flags), "neither AVX2 nor dot products"
    )
