"""Asks of the test suite whether it notices faults, and whether it holds beside other work."""
