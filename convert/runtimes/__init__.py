"""Run converted models on the TFLite runtimes of a Raspberry Pi, each in its own process."""
