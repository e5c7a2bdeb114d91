"""What stands around the plane: readout, summary, transport, messages."""
