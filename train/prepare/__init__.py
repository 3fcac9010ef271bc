"""Prepare a data set from photographs or FER2013."""
