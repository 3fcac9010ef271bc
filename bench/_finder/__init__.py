"""Parts of `bench.finder`."""
