"""Samples to mel frames and half-second columns, and where there is silence."""
