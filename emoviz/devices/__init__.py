"""PortAudio, and the outputs and inputs that it knows."""
