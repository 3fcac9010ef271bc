"""The host system: systemd, signals, hardware sensors, paths, the privacy notice."""
