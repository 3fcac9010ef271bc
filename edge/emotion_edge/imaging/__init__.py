"""Decoding image files and camera pixel formats."""
