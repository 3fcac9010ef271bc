"""Parts of `bench.frames`."""
