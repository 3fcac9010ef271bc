"""A progress counter on the terminal."""

import sys


def show_progress(done: int, total: int, unit: str, *, alone: bool = False) -> None:
    """Update a one-line counter on stderr, such as "3 of 10 pictures".

    Writes nothing if stderr is not a terminal, or if stdout is one and shows the results itself.
    alone: the results come later, so stdout may be the same terminal.
    """
    if sys.stderr.isatty() and (alone or not (sys.stdout and sys.stdout.isatty())):
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{done} of {total} {unit}{end}")
        sys.stderr.flush()
