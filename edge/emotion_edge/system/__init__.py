"""The machine: systemd, hardware sensors, the privacy notice."""
