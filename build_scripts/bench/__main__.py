"""`make bench`."""

import sys

from build_scripts.bench.measuring import main

if __name__ == "__main__":
    sys.exit(main())
