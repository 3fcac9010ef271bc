"""Command `python -m train.samples`, see `train.synthetic.images`."""

import sys

from train.synthetic.images import main

if __name__ == "__main__":
    sys.exit(main())
