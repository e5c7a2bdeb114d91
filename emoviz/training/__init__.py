"""The laboratory: the only package that imports torch or librosa."""
