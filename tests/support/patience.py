"""How long a test waits at most for what is sure to come."""

DEADLINE_S = 300.0
"""Only a test that fails waits so long: that the machine is busy is no failure."""
