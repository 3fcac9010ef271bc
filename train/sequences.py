"""`python -m train.sequences`: draw the built-in recordings (see `train.synthetic.videos`)."""

import sys

from train.synthetic.videos import main

if __name__ == "__main__":
    sys.exit(main())
