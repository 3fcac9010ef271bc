"""What C++ libraries write to stderr."""

import os
import subprocess
import sys

import pytest

from tests.edge.command_line import edge
from tests.edge.models import FLOAT32, INSTALLED

PROGRAM = """
import os, sys, threading
from emotion_edge.system.native_log import without_info_lines
try:
    with without_info_lines():
        os.write(2, b"INFO: Created a delegate.\\nERROR: a real one\\nWARNING: ")
        thread = threading.Thread(target=lambda: print("of another thread", file=sys.stderr))
        thread.start()
        thread.join()
        raise ValueError
except ValueError:
    pass
print("INFO: ours", file=sys.stderr)
print(len(os.listdir("/proc/self/fd")))
"""


def test_only_info_lines_inside_are_dropped():
    words = [sys.executable, "-c", PROGRAM]
    result = subprocess.run(words, capture_output=True, text=True, check=True)
    assert result.stderr == "ERROR: a real one\nWARNING: of another thread\nINFO: ours\n"
    assert result.stdout == "4\n"  # three, and the one that lists them


def test_a_closed_stderr_is_no_error():
    lines = 'import os; os.close(2)\nwith without_info_lines(): print("done")'
    program = f"from emotion_edge.system.native_log import without_info_lines\n{lines}"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (0, b"done\n")


@pytest.mark.parametrize("runtime", INSTALLED)
def test_commands_leave_stderr_empty(runtime, photos):
    for words in (
        ("info", FLOAT32),
        ("run", "--model", FLOAT32, "--faces", "off", "--source", photos),
        ("compare", FLOAT32, FLOAT32, "--images", photos),
    ):
        result = edge(*words, "--runtime", runtime, env={**os.environ})
        assert result.returncode == 0
        assert result.stderr == ""
