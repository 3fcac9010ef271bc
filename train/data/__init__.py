"""Training data: image folders, caching, batches, augmentation."""
