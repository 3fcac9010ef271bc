"""Write folders of drawn images: in parallel, all or nothing, and only if they are missing."""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from emotion_edge.cli.argument_types import describe, seed
from emotion_edge.errors import UserError, exit_code

Task = TypeVar("Task")


def make_parser(name: str, description: str, default: Path) -> argparse.ArgumentParser:
    """Return the parser of a command with the options --out and --seed.

    name: such as "train.samples". default: of --out.
    """
    parser = describe(argparse.ArgumentParser(prog=f"python -m {name}"), description)
    parser.add_argument("--out", type=Path, default=default, help="folder to write (%(default)s)")
    parser.add_argument("--seed", type=seed, default=0, help="random seed (%(default)s)")
    return parser


def run_command(
    parser: argparse.ArgumentParser, ensure: Callable[..., None], argv: list[str] | None
) -> int:
    """Run a command and return the exit code.

    ensure: called with the value of --out, and with those of all other options by their names.
    """
    options = vars(parser.parse_args(argv))
    out = options.pop("out")

    def draw() -> int:
        ensure(out, **options)
        return 0

    return exit_code(parser.prog.removeprefix("python -m "), draw)


def ensure_drawn(
    out: Path, marker: str, identity: Mapping[str, Any], write: Callable[[Path], None], *, what: str
) -> None:
    """Draw into the folder `out`, unless it holds the same drawings already.

    marker: name of a JSON file in `out` that holds `identity`, which identifies the drawings. A
    folder with another identity is replaced. write: draws into a new folder, which is moved to
    `out` when it is complete. what: describes the drawings in a message. Raises UserError if `out`
    holds anything else, and OSError if it cannot be written.
    """
    text = json.dumps(identity, indent=2) + "\n"
    if (out / marker).is_file() and (out / marker).read_text() == text:
        print(f"{out} is there already: nothing to draw")
        return
    _refuse_other_content(out, marker)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as stage:
        new = Path(stage, "new")
        new.mkdir()
        write(new)
        (new / marker).write_text(text)
        if out.exists():
            out.rename(Path(stage, "old"))
        new.rename(out)
    print(f"drew {what} into {out}")


def _refuse_other_content(out: Path, marker: str) -> None:
    is_empty = out.is_dir() and not any(out.iterdir())
    if out.exists() and not is_empty and not (out / marker).is_file():
        raise UserError(f"{out} is there already, but without {marker}: move it away")


def draw_all(draw: Callable[[Task], None], tasks: Sequence[Task], title: str) -> None:
    """Call `draw` for each task, on all CPU cores, with a progress bar."""
    # Spawn, not fork: the caller may have TensorFlow's threads running, and a fork breaks them.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = pool.map(draw, tasks, chunksize=16)
        for _ in tqdm(done, total=len(tasks), desc=title, leave=False, disable=None):
            pass
