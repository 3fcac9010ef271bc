"""A Keras model to a .tflite that has proven its parity: `python -m convert --help`."""
