"""EmovizError: what every error that a user can meet is."""


class EmovizError(Exception):
    """Base of all errors whose text is meant for the user; the text is one complete sentence."""
