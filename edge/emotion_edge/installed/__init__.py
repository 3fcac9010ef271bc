"""Install a model for the daemon, watch it there, and go back if it does not work."""
