"""EmovizError: what every error that a user can meet is."""

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


def _shown(letter: str) -> str:
    return letter.encode("unicode_escape").decode() if category(letter) == "Cc" else letter
