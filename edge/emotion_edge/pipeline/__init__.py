"""From a frame to its result: find, follow, classify and smooth."""
