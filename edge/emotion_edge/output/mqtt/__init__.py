"""MQTT: broker addresses, connections, the sink, Home Assistant."""
