"""The map: a dot for each song of the library, in a window of its own."""
