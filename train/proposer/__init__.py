"""Train the network that proposes the places of faces in a frame."""
