"""Photographs to a trained Keras model. Run from the checkout: `python -m train --help`."""
