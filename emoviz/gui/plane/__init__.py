"""The valence-arousal plane: its camera, its ground, the trail on it."""
