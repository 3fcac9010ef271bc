"""The page: what the camera sees and what is said of it, for browsers and programs."""
