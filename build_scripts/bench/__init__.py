"""Measures how fast the program is and what it takes."""
