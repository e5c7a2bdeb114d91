"""The program's entry: `emoviz`, or `python -m emoviz`."""

import sys

if __name__ == "__main__" and getattr(sys, "frozen", False):
    # A process that the frozen program starts is the same program: this is where it turns off.
    import multiprocessing

    from emoviz.songs.processes import entry

    entry.serve_if_asked()
    multiprocessing.freeze_support()

from emoviz.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
