"""The command `teach`."""
