"""MQTT: broker addresses, the publisher, Home Assistant."""
