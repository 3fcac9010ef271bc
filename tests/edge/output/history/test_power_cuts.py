"""A history after its writer was killed, or its power cut, in the middle of a write."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.edge.preloading import compile_library

ROUNDS = 200
# A writer's process is started anew in each round. It writes a minute of three labels after the
# other, and says so after each write. `end` ends it. Then the file is opened, as after the start
# of the daemon, and the minutes in it are counted.
PROGRAM = """
import ctypes, json, os, random, signal, sqlite3, sys, time
from pathlib import Path
from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen

LABELS = ("happy", "sad", "unknown")

def write(path, minute):
    add_rows(path, [Row(60 * minute, 60, label, Seen(1.5, 9)) for label in LABELS])

def start_reader(path):
    child = os.fork()
    if not child:
        time.sleep(0.005)
        found = sqlite3.connect(path).execute("SELECT * FROM sqlite_master")
        found.fetchone()
        time.sleep(60)
    return child

def stop(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

def run_writer(path, first, end):
    # Somebody who reads keeps the log from being copied into the file.
    somebody = start_reader(path) if first % 2 and end == "power" else None
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        if end == "power":
            cut_power_after(random.randrange(40))
        for minute in range(first, first + 1000):
            write(path, minute)
            os.write(writer, b".")
    os.close(writer)
    said = 0
    if end == "kill":
        # However slow the computer is, the writer is at work then.
        said = sum(len(os.read(reader, 1)) for _ in range(random.randrange(5)))
        time.sleep(random.random() * 0.01)
        stop(child)
    else:
        os.waitpid(child, 0)
    if somebody:
        stop(somebody)
    if end == "power":
        Path(f"{path}-shm").unlink(missing_ok=True)  # it is memory, which a power cut empties
    said += len(os.read(reader, 1000))
    os.close(reader)
    return said

def inspect(path):
    database = sqlite3.connect(path)
    (ok,), = database.execute("PRAGMA integrity_check")
    try:
        return ok, database.execute(
            "SELECT start / 60, count(*), sum(count) FROM labels GROUP BY start"
        ).fetchall()
    except sqlite3.OperationalError as error:
        return ok, [] if "no such table" in str(error) else str(error)
    finally:
        database.close()

def main(folder, rounds, end):
    random.seed(1)
    kept, interrupted = 0, 0
    for number in range(rounds):
        path = folder / f"{number // 20}.db"  # the first round of each makes the file
        kept = 0 if number % 20 == 0 else kept
        said = run_writer(path, kept, end)
        interrupted += Path(f"{path}-wal").exists()
        ok, rows = inspect(path) if path.exists() else ("ok", [])
        assert ok == "ok", ok
        assert [row[1:] for row in rows] == [(3, 27)] * len(rows), rows  # whole minutes, once each
        assert [row[0] for row in rows] == list(range(len(rows))), rows
        assert kept + said <= len(rows) <= kept + said + 1, (number, kept, said, rows)
        kept = len(rows)
    print(json.dumps({"interrupted": interrupted}))

folder, rounds, library, end = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
if end == "power":
    cut_power_after = ctypes.CDLL(library).cut_power_after
main(folder, rounds, end)
"""


def interrupt_writers(folder: Path, end: str, library: Path | None = None) -> int:
    """Interrupt a writer ROUNDS times; return how often that was in the middle of a write."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(ROUNDS), str(library), end],
        env={**os.environ, **({"LD_PRELOAD": str(library)} if library else {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["interrupted"]


def test_a_killed_writer_leaves_a_valid_file_with_all_but_the_minute_it_was_writing(tmp_path):
    assert interrupt_writers(tmp_path, "kill") > ROUNDS / 4


def test_a_power_cut_leaves_a_valid_file_with_all_but_the_minute_that_was_being_written(tmp_path):
    library = compile_library(Path(__file__).with_name("power.c"), tmp_path)
    assert interrupt_writers(tmp_path, "power", library) > ROUNDS / 4
