"""The machine: files, places, memory, log, terminal."""
