"""Frame sources: cameras, images, videos, recordings and raw frames on stdin."""
