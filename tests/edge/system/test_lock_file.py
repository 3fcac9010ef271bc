"""Locks that are files."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emotion_edge.system.lock_file import hold, is_held


def test_a_lock_is_held_by_one_at_a_time(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    with hold(path):
        assert is_held(path)
        with (
            pytest.raises(BlockingIOError, match="another process keeps it"),
            hold(path, patience=0),
        ):
            pass
        assert is_held(path)
    assert not is_held(path)
    with hold(path, patience=0):
        pass


def test_a_killed_process_holds_it_no_longer(tmp_path):
    path = tmp_path / "lock"
    program = "import sys, time; from pathlib import Path\n"
    program += "from emotion_edge.system.lock_file import hold\n"
    program += "with hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    words = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        assert is_held(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not is_held(path)


def test_others_may_look_only_if_the_mode_says_so_whatever_the_umask_is(tmp_path):
    former = os.umask(0o077)
    try:
        for mode in (0o600, 0o644):
            with hold(tmp_path / "lock", mode=mode):
                assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == mode
    finally:
        os.umask(former)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/nowhere")])
def test_what_is_no_file_is_not_held(tmp_path, make):
    make(tmp_path / "lock")
    assert not is_held(tmp_path / "lock")
