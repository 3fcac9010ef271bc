"""Arrays in, numbers and drawings out: what training, conversion and evaluation measure by."""
