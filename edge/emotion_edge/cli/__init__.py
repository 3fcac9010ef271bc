"""The command line: options, settings from the command line and TOML, and `main`."""
