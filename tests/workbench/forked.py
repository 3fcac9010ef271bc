"""Run our programs in processes that share one start of TensorFlow, which takes seconds.

Python's fork server imports the programs once. Each run is a fork of it: a process of its own, whose
interpreter has computed nothing yet.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from multiprocessing.process import BaseProcess
from pathlib import Path

PROGRAMS = ("train", "convert")
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([f"{program}.__main__" for program in PROGRAMS])


def run_forked(
    module: str, arguments: list[str], folder: Path, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Do what `python -m module arguments` does in a folder, and wait for it to end.

    Raises subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryDirectory() as out:
        outputs = [Path(out, name) for name in ("stdout", "stderr")]
        process = _server.Process(target=_be, args=(module, arguments, folder, outputs))
        process.start()
        code = _wait(process, [module, *arguments], timeout_s)
        stdout, stderr = (path.read_text() if path.exists() else "" for path in outputs)
    return subprocess.CompletedProcess([module, *arguments], code, stdout, stderr)


def _wait(process: BaseProcess, words: list[str], timeout_s: float) -> int | None:
    process.join(timeout_s)
    if process.is_alive():
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(words, timeout_s)
    return process.exitcode


def _be(module: str, arguments: list[str], folder: Path, outputs: list[Path]) -> None:
    """Be the program, in the child."""
    for descriptor, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.chdir(folder)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # multiprocessing leaves them out
