"""A small head on the network's features, fitted to a few faces: `emotion-edge teach`."""
