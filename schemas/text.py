"""Sentences for people: Chinese first, English beside it."""

from typing import Literal, NamedTuple
from unicodedata import category

Language = Literal["zh", "en"]

# Letters and signs by their category that show nothing: Hangul fillers and the empty Braille cell.
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800"


def says_something(value: str) -> bool:
    """Whether a reader sees anything: blanks, controls, zero-width and other unseen characters alone say nothing."""
    return any(category(each)[0] not in "ZCM" and each not in _UNSEEN for each in value)


class Text(NamedTuple):
    """One sentence in the two languages the service speaks."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh

    def fill(self, **values: object) -> "Text":
        """Put values into both sentences (`str.format` names)."""
        return Text(self.zh.format(**values), self.en.format(**values))
