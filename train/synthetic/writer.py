"""Folders of drawn pictures: made on all cores, whole or not at all, and left alone when there."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from emotion_edge.errors import UserError

Task = TypeVar("Task")


def ensure_drawn(
    out: Path, about: str, identity: Mapping[str, Any], write: Callable[[Path], None], *, what: str
) -> None:
    """See to it that the folder `out` holds what `write` draws, and print what was done.

    identity: what the file `about` in it holds as JSON, which says what is drawn there. Another
    one: the folder is replaced. what: what is drawn, in words. `write` draws into a new folder
    beside `out`, which is moved there when complete, so `out` never holds half of it. Raises
    UserError where `out` holds anything else, and OSError where it cannot be written.
    """
    told, text = out / about, json.dumps(identity, indent=2) + "\n"
    if told.is_file() and told.read_text() == text:
        print(f"{out} is there already: nothing to draw")
        return
    if out.exists() and not told.is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"{out} is there already, but without {about}: move it away")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
        new = Path(beside, "new")
        new.mkdir()
        write(new)
        (new / about).write_text(text)
        if out.exists():
            out.rename(Path(beside, "old"))
        new.rename(out)
    print(f"drew {what} into {out}")


def draw_all(draw: Callable[[Task], None], tasks: Sequence[Task], title: str) -> None:
    """Call `draw` for each task, on all of this machine's cores, with a progress bar."""
    # Spawned, not forked: the caller may have TensorFlow's threads running, which a fork breaks.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = pool.map(draw, tasks, chunksize=16)
        for _ in tqdm(done, total=len(tasks), desc=title, leave=False, disable=None):
            pass
