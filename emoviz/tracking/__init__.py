"""Song and model to a track, window by window."""
