"""Drawn faces: the built-in sample set and recordings."""
