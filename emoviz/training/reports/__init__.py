"""Cards and comparisons: what a person reads of a training."""
