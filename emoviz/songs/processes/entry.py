"""Where a frozen program that was started as a decoding process turns off to be one."""

import sys

from emoviz.songs.processes.process import DECODE_ARGUMENT, FORK_ARGUMENT


def serve_if_asked() -> None:
    """Be a decoding process, or their server, to its end, where this program was started as one."""
    if sys.argv[1:] == [DECODE_ARGUMENT]:
        from emoviz.songs.processes import host

        host.main()
        sys.exit()
    if sys.argv[1:] == [FORK_ARGUMENT]:
        from emoviz.songs.processes import fork_server

        fork_server.main()
        sys.exit()
