"""One module for each command of `emotion-edge`."""
