"""Snapshots of what docs/stability.md promises, and the tests that compare them with the program.

`python -m tests.workbench.project.stable` writes the snapshots anew: it accepts a change.
"""
