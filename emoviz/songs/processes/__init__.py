"""Decoders in processes of their own, which a broken file may end."""
