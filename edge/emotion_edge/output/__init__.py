"""Outputs for results: JSON lines, MQTT, Prometheus, a contact sheet."""
