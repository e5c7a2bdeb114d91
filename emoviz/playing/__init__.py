"""The player, which is the clock, and what feeds it."""
