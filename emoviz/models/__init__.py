"""A folder of `model/` to a function: a window in, values out."""
