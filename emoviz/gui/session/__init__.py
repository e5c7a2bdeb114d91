"""The song at hand: what tracks it, plays it, compares it, keeps it."""
