"""Fuzz tests: many damaged inputs, none of which may harm the program. See `harness`."""
