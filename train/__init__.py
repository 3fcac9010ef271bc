"""Train a Keras model on photographs. Run from the checkout: `python -m train --help`."""
