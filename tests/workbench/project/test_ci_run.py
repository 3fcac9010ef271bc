""".ci/run: what it started beside a step that fails ends with it."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench.conftest import REPOSITORY, call, write_program

# unshare and the first process of a namespace ignore SIGTERM, as in tests/trixie/run and tests/pi.
NAMESPACE = ["unshare", "--map-root-user", "--pid", "--fork", "--kill-child"]
# Replaces make: `make check` fails as soon as `make test-camera` runs.
MAKE = """#!/bin/sh
case $1 in
  test-camera) exec {namespace} sh -c 'touch started; exec sleep {seconds}' ;;
  check) until [ -e started ]; do sleep 0.1; done; exit 1 ;;
esac
"""


def processes(argument: str) -> Iterator[int]:
    """Yield the processes on whose command line an argument is."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        if argument.encode() in words:
            yield int(folder.name)


@pytest.mark.skipif(
    not shutil.which("unshare") or call([*NAMESPACE, "true"]).returncode != 0,
    reason="this machine does not let us make namespaces",
)
def test_a_step_in_a_namespace_does_not_outlive_one_that_fails(tmp_path):
    for name in (".ci/run", "tests/process_groups.sh"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(REPOSITORY / name, tmp_path / name)
    seconds = f"600.{os.getpid()}"
    tools = tmp_path / "bin"
    tools.mkdir()
    text = MAKE.format(namespace=" ".join(NAMESPACE), seconds=seconds)
    write_program(tools / "make", text)
    write_program(tools / "apt-get", "#!/bin/sh\n")
    path = f"{tools}:{os.environ['PATH']}"
    result = call([str(tmp_path / ".ci/run")], cwd=tmp_path, env={**os.environ, "PATH": path})
    left = list(processes(seconds))
    for each in left:
        os.kill(each, signal.SIGKILL)
    assert result.returncode == 1
    assert (tmp_path / "started").exists()
    assert "setup: 0 s" in result.stdout and "check" not in result.stdout
    assert not left
