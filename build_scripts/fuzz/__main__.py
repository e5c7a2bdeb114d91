"""`make fuzz`."""

import sys

from build_scripts.fuzz.running import main

if __name__ == "__main__":
    sys.exit(main())
