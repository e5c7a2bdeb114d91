"""Views of time: axis, ruler, curves, spectrogram, overview."""
