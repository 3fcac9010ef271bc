"""Write the snapshots of what docs/stability.md promises, and print what has changed in each.

Give names, such as mqtt, to write only these.
"""

import argparse
import tempfile
from pathlib import Path

from tests.workbench.project.stable.comparison import differences
from tests.workbench.project.stable.kinds import KINDS
from tests.workbench.project.stable.snapshots import path_of, read, write


def main() -> None:
    """Write the snapshots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}")
    wanted = parser.parse_args().kinds or list(KINDS)
    if unknown := set(wanted) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    for kind in wanted:
        with tempfile.TemporaryDirectory() as folder:
            present = KINDS[kind](Path(folder))
        before = read(kind) if path_of(kind).exists() else {}
        print(f"{kind}:", *(differences(before, present) or ["no difference"]), sep="\n  ")
        write(kind, present)


if __name__ == "__main__":
    main()
