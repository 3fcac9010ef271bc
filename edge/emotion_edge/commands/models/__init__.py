"""Commands about model files and installed models."""
