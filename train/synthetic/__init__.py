"""Drawn faces: the built-in sample images and videos."""
