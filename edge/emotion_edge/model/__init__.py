"""The expression model: its file, its contract, the TFLite runtimes, and classification."""
