"""EmovizError: what every error that a user can meet is, and others' errors in words."""

from unicodedata import category


class EmovizError(Exception):
    """Base of all errors whose text is meant for the user; the text is one complete sentence."""

    def __init__(self, sentence: str) -> None:
        # Names of files, and what is in them, may break a line or command a terminal.
        super().__init__(
            "".join(
                letter if letter.isprintable() or letter == " " else _shown(letter)
                for letter in sentence
            )
        )


def words_of(error: Exception) -> str:
    """Say in words what has been met, without what programmers tell each other."""
    if isinstance(error, OSError):
        return (error.strerror or "it cannot be read").lower()
    if isinstance(error, UnicodeError):
        return "it is no text"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing" if error.args else "something is missing"
    # Of JSON.
    line = getattr(error, "lineno", None)
    return f"line {line} makes no sense" if line else "what stands there makes no sense"


def _shown(letter: str) -> str:
    return letter.encode("unicode_escape").decode() if category(letter) == "Cc" else letter
