"""mp3 and bare aac, decoded block by block from an index of where they begin."""
