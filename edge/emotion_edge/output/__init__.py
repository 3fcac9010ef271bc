"""Where results go: JSON lines, MQTT, Prometheus, a contact sheet."""
