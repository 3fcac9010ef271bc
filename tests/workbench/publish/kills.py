"""Kill a command before each of the operations by which it changes files: FOLDER NAME [ARGUMENT]...

FOLDER has a publisher's places. Copies of it, FOLDER-1, FOLDER-2 and so on, get what each kill
leaves. The last copy is that of a command that was not killed.
"""

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from convert.publish.__main__ import main
from tests.workbench.publish.publisher import Publisher

_CHANGES = ("os.rename", "os.mkdir", "os.rmdir", "os.remove")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _kill_at(step: int) -> None:
    """Kill this process before its change number `step`, but not the children that it forks."""
    process, changes = os.getpid(), count(1)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
        if (event in _CHANGES or writes) and os.getpid() == process and next(changes) == step:
            os.kill(process, signal.SIGKILL)

    sys.addaudithook(watch)


def _kill_everywhere(folder: Path, words: list[str]) -> None:
    for step in count(1):
        copy = shutil.copytree(folder, folder.with_name(f"{folder.name}-{step}"))
        if not (process := os.fork()):
            _kill_at(step)
            os._exit(main(Publisher(copy).words(*words)))
        _, status = os.waitpid(process, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _kill_everywhere(Path(sys.argv[1]), sys.argv[2:])
