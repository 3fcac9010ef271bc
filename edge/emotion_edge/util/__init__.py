"""Small helpers: atomic writes, timeouts, progress."""
