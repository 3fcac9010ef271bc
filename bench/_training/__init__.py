"""The measurements of `bench.training`."""
