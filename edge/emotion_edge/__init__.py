"""emotion-edge: frames in, emotion labels out, on a Raspberry Pi.

Nothing in here imports TensorFlow or Keras; the model file brings all that training knows.
"""

__version__ = "0.1.0"
