"""Sentences for people: Chinese first, English beside it."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Text(NamedTuple):
    """One sentence in the two languages the service speaks."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh

    def fill(self, **values: object) -> "Text":
        """Put values into both sentences (`str.format` names)."""
        return Text(self.zh.format(**values), self.en.format(**values))
