"""Command `python -m train.sequences`, see `train.synthetic.videos`."""

import sys

from train.synthetic.videos import main

if __name__ == "__main__":
    sys.exit(main())
