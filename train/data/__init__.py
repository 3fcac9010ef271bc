"""Training data: image folders, the disk cache, batches and augmentation."""
