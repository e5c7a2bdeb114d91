"""An input to a track that grows as it sounds."""
