"""The state of model updates on MQTT, and the commands that ask for one."""
