"""The parts of tests that speak MQTT."""
