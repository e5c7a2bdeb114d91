"""What a track can be kept as: one function a format, from a trajectory to the bytes of files."""
