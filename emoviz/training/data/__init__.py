"""Labelled music: folders of it, what is made of them, and where it is kept."""
