"""The systems that the paper and its field name, to compare with: each learns, and is asked."""
