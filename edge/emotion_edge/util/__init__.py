"""Small helpers: atomic writes, bounded reads, timeouts, progress."""
