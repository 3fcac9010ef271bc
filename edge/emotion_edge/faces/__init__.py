"""Face detection, tracking, quality checks and cropping."""
