"""The daemon as benchmarks run it."""
