"""emoviz: what a song does to the feeling in it, as a trail through the valence-arousal plane."""

__version__ = "0.1.0"
