"""Broker, subscriber and simulated devices for `bench.fleet`."""
