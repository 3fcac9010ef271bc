"""Command-line options, by what they set."""
