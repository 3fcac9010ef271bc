"""A lesson on a page."""
