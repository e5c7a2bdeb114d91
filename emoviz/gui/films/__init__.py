"""Films of songs: their picture, their making, and their dialog."""
