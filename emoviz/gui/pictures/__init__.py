"""Pictures of a track: posters, panels, paths, and their dialog."""
