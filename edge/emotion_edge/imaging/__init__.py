"""Image files and camera pixel formats, decoded to RGB arrays."""
