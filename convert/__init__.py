"""Convert a Keras model to TFLite and check its parity: `python -m convert --help`."""
