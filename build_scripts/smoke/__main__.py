"""`make smoke`."""

import sys

from build_scripts.smoke.trial import main

if __name__ == "__main__":
    sys.exit(main())
