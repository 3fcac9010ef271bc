"""Frames of files: pictures, folders, globs and videos."""
