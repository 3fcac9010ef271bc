"""Metrics, plots and reports shared by training, conversion and the benchmarks."""
