"""A counter on the terminal for what takes a while."""

import sys


def show_progress(done: int, total: int, unit: str) -> None:
    """Show how far it is on stderr, in one line.

    Nothing where that is no terminal, or where stdout is one too and shows the same.
    """
    if sys.stderr.isatty() and not sys.stdout.isatty():
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{done} of {total} {unit}{end}")
        sys.stderr.flush()
