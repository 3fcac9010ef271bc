"""`emotion-edge install-service`: systemd's units."""
