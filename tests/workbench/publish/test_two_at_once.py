"""Two that publish at once take turns."""

import fcntl
import os
import subprocess

from tests.workbench.conftest import REPOSITORY, command


def start(publisher, *words):
    return subprocess.Popen(
        command("convert.publish", *publisher.words(*words)),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_all_that_is_published_at_once_is_there(publisher, enrol):
    names = [f"model-{i}" for i in range(4)]
    processes = [
        start(publisher, "release", publisher.model(name), "--name", name, "--percent", 5)
        for name in names
    ]
    processes += [start(publisher, "refresh") for _ in range(2)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    found = enrol().check()
    assert set(found) == {*names}
    assert {target.custom["number"] for target in found.values()} == {1, 2, 3, 4}


def test_the_one_that_waits_says_so(publisher, enrol):
    lock = os.open(publisher.repository / "metadata", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    process = start(publisher, "refresh")
    assert process.stdout.readline().startswith("another publish is at work in ")
    assert process.poll() is None
    os.close(lock)
    assert process.communicate()[0].startswith("signed timestamp; ")
    assert process.returncode == 0
    assert enrol().check() == {}
