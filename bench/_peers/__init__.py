"""Other packages, each in its own environment, for `bench.peers`."""
