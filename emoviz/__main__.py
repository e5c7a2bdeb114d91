"""The program's entry: `emoviz`, or `python -m emoviz`."""

import sys

from emoviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
