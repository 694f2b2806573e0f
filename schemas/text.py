"""Sentences for people: Chinese first, English beside it."""

import re
from typing import Literal, NamedTuple
from unicodedata import category

Language = Literal["zh", "en"]

# Letters and signs by their category that show nothing: Hangul fillers and the empty Braille cell.
_UNSEEN = "\u115f\u1160\u3164\uffa0\u2800"


def says_something(value: str) -> bool:
    """Whether a reader sees anything: blanks, controls, zero-width and other unseen characters alone say nothing."""
    return any(category(each)[0] not in "ZCM" and each not in _UNSEEN for each in value)


# Controls but tab and line ends, what XML cannot hold, and what turns the direction of what follows.
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def reads_as_written(value: str) -> bool:
    """Whether a text of many lines says something and holds nothing that hides or turns around what readers see."""
    return says_something(value) and not _CONTROLS.search(value)


class Text(NamedTuple):
    """One sentence in the two languages the service speaks."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh

    def fill(self, **values: object) -> "Text":
        """Put values into both sentences (`str.format` names)."""
        return Text(self.zh.format(**values), self.en.format(**values))
