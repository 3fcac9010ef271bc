"""Frames from cameras, pictures, videos, recordings and stdin."""
