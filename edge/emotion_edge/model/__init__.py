"""The emotion model: its file, its contract, the TFLite runtimes, and classification."""
