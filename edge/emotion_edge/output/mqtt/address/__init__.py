"""The address of an MQTT broker, and the names that follow from it."""
