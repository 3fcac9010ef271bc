"""The history: seconds and counts of each label, minute by minute, in a file of SQLite."""
