"""Many songs: found, tracked side by side, kept in a database, and found again by their feeling."""
