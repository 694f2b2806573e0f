"""What a text means, by a table of phrases: the whole of it, a part of it, or nearly so."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

from backend.common import yamls
from backend.news.rules import fold

TABLE = Path(__file__).parent / "data" / "phrases.yaml"
READ_CHARACTERS = 200
"""More of a text is not read: whoever wants something says it in the beginning."""
LONGEST_PHRASE = 40
PATIENCE = timedelta(minutes=30)
"""So long the numbers of the last answer count, and what it asked for is waited for."""
PER_MINUTE = 40
MOST_MEANT = 3
SURE_FROM, TWO_SLIPS_FROM = 5, 8
_WORDS = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[0-9a-z ]+")
_HAN_BLANKS = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")
_NUMBER = re.compile(
    r"\s*(?:第|选|no\.?)?\s*(\d{1,2}|[一二三四五六七八九十]|十[一二])\s*(?:[.、。)号项个]|)\s*"
)
_DIGITS = {each: place for place, each in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_BINDING = re.compile(
    r"(?:绑定|綁定|\bbind|\bbangding)\s*(?:码|碼|code)?\s*[:：]?\s*(\S.{6,14})", re.IGNORECASE
)
_TYPED_CODE = re.compile(r"[0-9A-Za-z]{7,10}")
_LINK = re.compile(r"/r/([0-9a-zA-Z]{22})(?![0-9a-zA-Z])")


class _Hit(NamedTuple):
    start: int
    end: int
    action: str


@cache
def given() -> Mapping[str, str]:
    """The table as it is delivered: folded phrase -> action."""
    found: dict[str, list[Any]] = yamls.load_strictly(TABLE.read_text(encoding="utf-8"))
    return {plain(str(phrase)): action for action, phrases in found.items() for phrase in phrases}


def actions() -> tuple[str, ...]:
    """What a phrase may mean."""
    return tuple(dict.fromkeys(given().values()))


def plain(text: str) -> str:
    """The words of a text: folded, Chinese without blanks, all else with one between words."""
    if text.strip() in ("?", "？"):
        return "?"
    return _HAN_BLANKS.sub("", " ".join(_WORDS.findall(fold(text[:READ_CHARACTERS])))).strip()


def meant(text: str, phrases: Mapping[str, str]) -> tuple[str, ...]:
    """The actions that a text may mean, in the order in which it names them; several where it is not clear, empty where
    nothing is known. A phrase within a longer one that is there too does not count (解除绑定 is not 绑定)."""
    words = plain(text)
    whole = phrases.get(words) or phrases.get(words.replace(" ", ""))
    if whole is not None:
        return (whole,)
    return _part(words, phrases) or _near(words, phrases)


def number(text: str) -> int | None:
    """The number that somebody typed in place of a tap, from 1."""
    found = _NUMBER.fullmatch(normalize("NFKC", text).lower()) if len(text) <= 12 else None
    if found is None:
        return None
    return _DIGITS.get(found[1]) or (int(found[1]) if found[1].isdecimal() else None)


def code_within(text: str) -> str | None:
    """What may be a binding code behind the word for it."""
    found = _BINDING.search(normalize("NFKC", text[:READ_CHARACTERS]))
    return found[1] if found else None


def is_typed_code(text: str) -> bool:
    """Whether it looks like a code with a slip in it, and not like words: one piece, with a digit."""
    return _TYPED_CODE.fullmatch(text.strip()) is not None and any(each.isdigit() for each in text)


def link_within(text: str) -> str | None:
    """The code of a report link that stands in a text."""
    found = _LINK.search(text[:2000])
    return found[1].lower() if found else None


def command(text: str) -> tuple[str, str] | None:
    """`/name@bot rest` as name and rest."""
    first, _, rest = text[:READ_CHARACTERS].strip().partition(" ")
    if not first.startswith("/"):
        return None
    return first[1:].partition("@")[0].lower().replace("-", "_"), rest.strip()


def fresh(at: datetime, now: datetime) -> bool:
    return now - at < PATIENCE


def _part(words: str, phrases: Mapping[str, str]) -> tuple[str, ...]:
    hits = [hit for phrase, action in phrases.items() for hit in _places(words, phrase, action)]
    longest = [hit for hit in hits if not any(_within(hit, other) for other in hits)]
    found = tuple(dict.fromkeys(hit.action for hit in sorted(longest)))
    return found if len(found) <= MOST_MEANT else ()


def _places(words: str, phrase: str, action: str) -> Iterable[_Hit]:
    """Chinese anywhere in the text; Latin only as whole words, with or without the blanks (bao gao)."""
    if len(phrase) < 2:
        return
    for found in _finder(phrase).finditer(words):
        yield _Hit(found.start(), found.end(), action)


@lru_cache(maxsize=4096)
def _finder(phrase: str) -> re.Pattern[str]:
    if not _LATIN.fullmatch(phrase):
        return re.compile(re.escape(phrase))
    return re.compile(r"(?<![0-9a-z])" + " ?".join(phrase.replace(" ", "")) + r"(?![0-9a-z])")


def _within(hit: _Hit, other: _Hit) -> bool:
    inside = other.start <= hit.start and hit.end <= other.end
    return inside and (other.end - other.start) > (hit.end - hit.start)


def _near(words: str, phrases: Mapping[str, str]) -> tuple[str, ...]:
    """Latin words with a slip of the finger: one in phrases of five letters and more, two from eight."""
    if not _LATIN.fullmatch(words):
        return ()
    tried = [words.replace(" ", ""), *words.split()] if " " in words else [words]
    for word in tried:
        if not SURE_FROM <= len(word) <= LONGEST_PHRASE or word.isdecimal():
            continue
        found = {
            action: off
            for phrase, action in phrases.items()
            if _LATIN.fullmatch(phrase)
            and len(phrase) >= SURE_FROM
            and (off := _apart(word, phrase.replace(" ", ""), _slips(phrase))) <= _slips(phrase)
        }
        if found:
            least = min(found.values())
            return tuple(action for action, off in found.items() if off == least)[:MOST_MEANT]
    return ()


def _slips(phrase: str) -> int:
    return 2 if len(phrase) >= TWO_SLIPS_FROM else 1


def _apart(one: str, other: str, most: int) -> int:
    """How many slips (a letter more, less, another, two swapped) lie between two words; beyond `most` just that it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
