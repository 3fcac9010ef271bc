"""`emotion-edge doctor`: check the machine, the model, the brokers and the camera."""
