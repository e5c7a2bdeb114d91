"""Values in time: their track, words, labels, and how two agree."""
