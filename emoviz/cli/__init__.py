"""The command line: the program, its arguments, one file a command."""

from emoviz.cli.program import main, open_window

__all__ = ["main", "open_window"]
