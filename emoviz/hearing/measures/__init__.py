"""What is measured of a song itself, beside what a model says of it, by methods that have names."""
