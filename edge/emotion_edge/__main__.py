"""`python -m emotion_edge` is `emotion-edge`."""

import sys

from emotion_edge.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
