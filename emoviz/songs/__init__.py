"""Any audio file to samples, from any place of it."""
