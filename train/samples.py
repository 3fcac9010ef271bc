"""`python -m train.samples`: draw the built-in sample set (see `train.synthetic.images`)."""

import sys

from train.synthetic.images import main

if __name__ == "__main__":
    sys.exit(main())
