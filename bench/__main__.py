"""Run the benchmarks and write what they print to bench/RESULTS.md.

  python -m bench                   run all
  python -m bench models frames     run some; the other results stay as they are

Each benchmark is a program of its own, `python -m bench.NAME`; its --help describes what it
measures. They need the build/ of `make train convert` and `make original`, and the recordings and
samples that `make bench` draws. A NAME with options is one argument, such as "training --growth".
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench._results import (
    TITLES,
    describe_benchmark,
    describe_machine,
    read_results,
    write_results,
)

# The benchmarks' options that take a folder of pictures, and our own option that names it.
PICTURES = {
    "peers": {"--data": "data", "--faces": "faces"},
    "finder": {"--photos": "data"},
    "teach": {"--photographs": "data", "--people": "people"},
}
NEED_PHOTOGRAPHS = ("peers", "finder")


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    for name in args.names or TITLES:
        if missing := missing_input(name, args.data):
            print(f"{name}: needs {missing}; its results stay as they are")
            continue
        section = run(name, args)
        write_results(read_results() | {TITLES[name]: section})


def parse_arguments() -> argparse.Namespace:
    """Return the arguments; exits with code 2 if a name, a folder or an input cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TITLES))
    parser.add_argument("--data", type=Path, metavar="DIR", help="photographs, in class folders")
    parser.add_argument("--faces", type=Path, metavar="DIR", help="cropped faces, in class folders")
    parser.add_argument("--people", type=Path, metavar="DIR", help="prepared photographs of people")
    args = parser.parse_args()
    if unknown := set(args.names) - set(TITLES):
        parser.error(f"{', '.join(sorted(unknown))}: choose from {', '.join(TITLES)}")
    for folder in filter(None, (args.data, args.faces)):
        if not any(folder.glob("*/*.*")):
            parser.error(f"{folder}: no class folders with pictures in it")
    if args.people and not any(args.people.glob("*/*/*.*")):
        parser.error(f"{args.people}: no pictures in it, DIR/<split>/<class>/")
    needs = ((name, missing_input(name, args.data)) for name in args.names)
    if missing := [f"{name} needs {need}" for name, need in needs if need]:
        parser.error("; ".join(missing))
    return args


def missing_input(name: str, photographs: Path | None) -> str:
    """Return what a benchmark needs and does not have, or ""."""
    if name in NEED_PHOTOGRAPHS and not photographs:
        return "photographs: --data DIR, or make bench PHOTOGRAPHS=DIR"
    return "mosquitto" if name == "fleet" and not shutil.which("mosquitto") else ""


def run(name: str, args: argparse.Namespace) -> str:
    """Run a benchmark, show what it prints, and return its section of the results."""
    print(f"\n== {name}", flush=True)
    folders = {flag: getattr(args, key) for flag, key in PICTURES.get(name, {}).items()}
    given = {flag: str(folder) for flag, folder in folders.items() if folder}
    start = time.monotonic()
    printed = show_output(name, [word for pair in given.items() for word in pair])
    seconds = time.monotonic() - start
    command = " ".join([f"python -m bench.{name}", *(f"{flag} DIR" for flag in given)])
    head = f"`{command}`, {time.strftime('%Y-%m-%d')}, {describe_machine()}"
    blocks = map("```\n{}\n```\n".format, (describe_benchmark(name), printed.strip()))
    return "\n".join([f"{head}; it took {seconds:.0f} s.\n", *blocks])


def show_output(name: str, options: list[str]) -> str:
    """Run a benchmark and show what it prints; return that. Exits with code 1 if it fails."""
    command = [sys.executable, "-m", *f"bench.{name}".split(), *options]
    # With PYTHONDONTWRITEBYTECODE every start would compile again, which takes time and memory.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    printed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    if process.returncode:
        sys.exit(f"bench.{name} failed: exit code {process.returncode}")
    return "".join(printed)


if __name__ == "__main__":
    main()
