"""Starts what was built as its user would, and looks at what it does."""
