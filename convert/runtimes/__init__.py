"""Run a model on each TFLite runtime, in a process of its own."""
