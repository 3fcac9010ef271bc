"""Benchmarks that write bench/RESULTS.md: `python -m bench --help`."""
