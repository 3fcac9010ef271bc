"""What each quantisation costs a network in accuracy, bytes and time.

  python -m bench.conversion [--build build]

What `python -m convert` prints of the trained network in build/, of which a copy is converted.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from itertools import dropwhile, takewhile
from pathlib import Path

from emotion_edge.errors import UserError, exit_code


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--build", type=Path, default=Path("build"))
    args = parser.parse_args()
    if not args.build.is_dir():
        raise UserError(f"{args.build}: no such folder; make it with `make train`")
    with tempfile.TemporaryDirectory() as folder:
        for path in args.build.iterdir():
            if path.suffix in (".keras", ".npz", ".json"):
                shutil.copy(path, folder)
        words = [sys.executable, "-m", "convert", "--build", folder]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    table = dropwhile(lambda line: not line.startswith("variant "), lines)
    print("\n".join(takewhile(lambda line: not line.startswith("report: "), table)))
    sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(exit_code("bench.conversion", main))
