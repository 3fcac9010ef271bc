"""What Home Assistant reads: the device and its entities."""
