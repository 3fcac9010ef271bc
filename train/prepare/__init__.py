"""Prepare data sets from photographs or from FER2013."""
