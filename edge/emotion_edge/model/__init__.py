"""The model file: its contract, its runtime, and classification."""
