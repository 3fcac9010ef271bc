"""Publish models for devices, signed: `python -m convert.publish --help`."""
