"""What of a text is found by which words: Chinese by its characters and pairs of them, everything else by whole words.

Chinese has no blanks, so no index that cuts at blanks finds a word in it (MongoDB's own does not; a test shows it). Pairs
need no dictionary and miss nothing; that three and more characters stand together is then asked of the text itself.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from backend.news.model import Findable, Query, Searchable

TABLE = Path(__file__).parents[1] / "data" / "simplified.txt"
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])[^\W_])+")
_ONE_BLANK = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
"""What is left of a line's end within a paragraph, which Chinese writes without one."""
_IS_HAN = re.compile(rf"[{_HAN}]")
PAIR = 2
LONGEST_WORD = 40
"""Characters of a word that count, so that no text makes an index entry of any length."""


def searchable(title: str, lead: str, text: str) -> Searchable:
    """What an article is found by. Each argument may hold both languages, on lines of their own."""
    parts = fold(title), fold(lead), _ONE_BLANK.sub("", fold(text))
    return Searchable(*(_findable("\n".join(parts[: number + 1])) for number in range(len(parts))))


def query(words: str) -> Query:
    """A question of any kind; without a letter in it nothing is asked for, and nothing is found."""
    runs = tuple(dict.fromkeys(_runs(fold(words))))
    terms = tuple(dict.fromkeys(term for run in runs for term in _asked_terms(run)))
    return Query(runs, terms, tuple(run for run in runs if _IS_HAN.match(run) and len(run) > PAIR))


def fold(text: str) -> str:
    """One form for what reads the same: width, capitals, accents, traditional and simplified; unseen characters go."""
    known = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(
        one for one in unicodedata.normalize("NFD", known) if unicodedata.category(one) not in ("Mn", "Cf")
    )
    return unicodedata.normalize("NFC", bare).translate(_simplified())


def _findable(folded: str) -> Findable:
    return Findable(tuple(sorted({term for run in _runs(folded) for term in _all_terms(run)})), folded)


def _runs(folded: str) -> Iterator[str]:
    for found in _RUN.finditer(folded):
        run = found[0]
        yield run if _IS_HAN.match(run) else run[:LONGEST_WORD]


def _all_terms(run: str) -> Iterator[str]:
    """Every character and every pair; a word that is not Chinese is one term."""
    if not _IS_HAN.match(run):
        yield run
        return
    yield from run
    yield from _pairs(run)


def _asked_terms(run: str) -> Iterator[str]:
    if len(run) == 1 or not _IS_HAN.match(run):
        yield run
        return
    yield from _pairs(run)


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + PAIR] for at in range(len(run) - PAIR + 1))


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {ord(pair[0]): pair[1] for line in lines for pair in line.split(" ")}
