"""A page for the commands in docs/ that ask it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.recordings import write_changing_colours

# Stands in for curl: begins a page at a free port, asks that one by curl itself, and ends it.
CURL = f"""#!{sys.executable}
import socket, subprocess, sys, time
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = str(free.getsockname()[1])
options = ["--model", {str(INT8)!r}, "--faces", "off", "--history", "labels.db", "--web", port]
run = [sys.executable, "-m", "emotion_edge", "run", "--source", "replay:DIR", *options]
daemon = subprocess.Popen(run, stdout=subprocess.DEVNULL)
curl, ready = "@CURL@", f"http://127.0.0.1:{{port}}/healthz"
try:
    while subprocess.call([curl, "--silent", "--fail", "--output", "/dev/null", ready]):
        time.sleep(0.1)
    sys.exit(subprocess.call([curl, *(word.replace(":8080", ":" + port) for word in sys.argv[1:])]))
finally:
    daemon.kill()
"""


def page(folder: Path, tiny_build: Path) -> None:
    """Write a picture, and a program that asks a page instead of the one at port 8080."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    write_changing_colours(folder / "DIR")
    save(folder / "photo.jpg", "red")
    (folder / "bin" / "curl").write_text(CURL.replace("@CURL@", curl))
    (folder / "bin" / "curl").chmod(0o755)
