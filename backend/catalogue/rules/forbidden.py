"""What may not be collected about natural persons, found by meaning in names and in texts (Meas. 14, Reg. 14)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from backend.catalogue.rules.phrases import (
    BLANK,
    Alarm,
    expansions,
    finder,
    parse,
    pattern,
)
from backend.common import yamls
from schemas.terms import ForbiddenKind, SubjectKind

DATA = Path(__file__).parent.parent / "data" / "forbidden.yaml"
ARTICLE_ALWAYS = "《上海市社会信用条例》第十四条、《上海市公共信用信息归集和使用管理办法》第十四条"
ARTICLE_CONSENT = "《上海市社会信用条例》第十四条（须告知不利后果并取得书面同意）"

_KINDS = {kind.value: kind for kind in ForbiddenKind}
# Letters of other scripts that look like the Latin ones phrases are written with (after case folding).
_LOOK_ALIKE = dict(zip("авекмнорстухіѵԁѕјαβεηικνορτυχμω", "abekmhopctyxivdsjabehikvoptuxmw", strict=True))
# What takes no room of its own, and may stand within a Latin word: accents, joiners, marks of direction, soft hyphens, selectors.
_UNSEEN = re.compile(
    "[\u0300-\u036f\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_AMOUNT_AFTER = r"(?![^。；;\d]{0,6}\d)"
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:-]?){24,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{48,}={0,2}|Rk1S[A-Za-z0-9+/]{12,}")


class _Kind:
    """The expressions of one forbidden kind; `safe` ones are ordinary phrases that only contain such words.

    Each is compiled when it is first asked: most processes read no text that sets off more than the expression of all kinds.
    """

    def __init__(self, kind: ForbiddenKind, raw: dict[str, Any], lists: dict[str, str]) -> None:
        self.kind = kind
        self._lines: dict[str, list[str]] = raw["kinds"][kind]
        self._safe = raw["safe"].get(kind, []) + (raw["safe"]["shared"] if kind.needs_consent else [])
        self._lists = lists

    @cached_property
    def personal(self) -> re.Pattern[str]:
        return finder(_texts(self._lines, ("personal",), self._lists))

    @cached_property
    def texts(self) -> re.Pattern[str]:
        return finder(_texts(self._lines, ("personal", "words"), self._lists))

    @cached_property
    def latin(self) -> re.Pattern[str]:
        return finder((), self._lines.get("latin", ()))

    @cached_property
    def names(self) -> re.Pattern[str]:
        return finder(_texts(self._lines, ("names",), self._lists))

    @cached_property
    def codes(self) -> re.Pattern[str]:
        return finder((), self._lines.get("codes", ()))

    @cached_property
    def safe(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_safe(line, self._lists) for line in self._safe)


@dataclass(frozen=True)
class _Lexicon:
    """What every look begins with; `texts` and `latin` are those of all kinds in one."""

    kinds: tuple[_Kind, ...]
    texts: re.Pattern[str]
    latin: re.Pattern[str]
    safe_latin: re.Pattern[str]
    guards: re.Pattern[str]
    whole: dict[str, ForbiddenKind]
    fold: dict[int, str]
    alarm: Alarm


@dataclass(frozen=True)
class _Reading:
    """A text folded to plain characters, and the same without anything between them."""

    folded: str
    squeezed: str


def article(kind: ForbiddenKind) -> str:
    """The rule that forbids the kind."""
    return ARTICLE_CONSENT if kind.needs_consent else ARTICLE_ALWAYS


def may_hold(text: str) -> bool:
    """A quick look: False when the text certainly says nothing forbidden; about 2 us for 200 ordinary characters."""
    return lexicon().alarm.rings(text)


def kinds_in_text(text: str, subject_kind: SubjectKind = SubjectKind.PERSON) -> tuple[ForbiddenKind, ...]:
    """What a text says of a person that may not be collected. About an entity, only what can be said of a person.

    Spaces, punctuation and invisible characters between the characters, case, full width, traditional characters and
    look-alike letters do not hide it.
    """
    known = lexicon()
    reading = _read(text, known)
    found: list[ForbiddenKind] = []
    if known.texts.search(reading.squeezed) or known.latin.search(reading.folded):
        found = [
            kind.kind
            for kind in known.kinds
            if _says(kind, reading, subject_kind) and _says(kind, _unsafe(kind, reading, known), subject_kind)
        ]
    whole = known.whole.get(reading.squeezed)
    if whole and whole not in found:
        found.append(whole)
    if ForbiddenKind.FINGERPRINTS not in found and is_opaque(text):
        found.append(ForbiddenKind.FINGERPRINTS)
    if _UNSEEN.search(reading.folded):
        bare = kinds_in_text(_UNSEEN.sub("", reading.folded), subject_kind)
        found.extend(kind for kind in bare if kind not in found)
    return tuple(found)


def kinds_in_name(name: str, subject_kind: SubjectKind = SubjectKind.PERSON) -> tuple[ForbiddenKind, ...]:
    """What a field name, label or title means: Chinese, English, pinyin, initials; snake, camel, or plain words."""
    known = lexicon()
    reading = _read(_CAMEL.sub(" ", unicodedata.normalize("NFKD", name)), known)
    return tuple(k.kind for k in known.kinds if _names(k, _unsafe(k, reading, known), subject_kind))


def is_opaque(text: str) -> bool:
    """Whether a text carries encoded data nobody can read (a template in hexadecimal or base64)."""
    return any(_looks_like_bytes(found.group()) for found in _HEX.finditer(text)) or any(
        _looks_encoded(found.group()) for found in _BASE64.finditer(text)
    )


@cache
def lexicon() -> _Lexicon:
    """The compiled data file; read once a process."""
    raw: dict[str, Any] = yamls.load(DATA.read_text("utf-8"))
    lists = {name: "".join(words.split()) for name, words in raw["lists"].items()}
    variants = _pairs(raw["variants"])
    by_plain: dict[str, set[str]] = {}
    for form, plain in variants:
        by_plain.setdefault(plain, set()).add(form)
    kinds = raw["kinds"]
    texts = [text for kind in kinds.values() for text in _texts(kind, ("personal", "words"), lists)]
    whole = {text: _KINDS[name] for name, kind in kinds.items() for text in kind.get("whole", ())}
    known = _Lexicon(
        kinds=tuple(_Kind(_KINDS[name], raw, lists) for name in kinds),
        texts=finder(texts),
        latin=finder((), [words for kind in kinds.values() for words in kind.get("latin", ())]),
        safe_latin=finder((), raw["safe_latin"]),
        guards=finder(text for line in raw["guards"] for text in expansions(parse(line, lists))),
        whole=whole,
        fold=str.maketrans(dict(variants) | _LOOK_ALIKE),
        alarm=Alarm(raw["alarm"]["characters"], raw["alarm"]["pairs"].split(), by_plain),
    )
    silent = [text for text in (*texts, *whole) if not known.alarm.rings(text)]
    if silent:
        raise ValueError(f"{DATA.name}: nothing in `alarm` watches for {', '.join(silent[:10])}")
    return known


def _texts(lines: dict[str, list[str]], parts: tuple[str, ...], lists: dict[str, str]) -> list[str]:
    return [text for part in parts for line in lines.get(part, ()) for text in expansions(parse(line, lists))]


def _safe(line: str, lists: dict[str, str]) -> re.Pattern[str]:
    ending = _NO_AMOUNT_AFTER if line.endswith("!") else ""
    return re.compile(pattern(parse(line.removesuffix("!"), lists)) + ending)


def _read(text: str, known: _Lexicon) -> _Reading:
    folded = unicodedata.normalize("NFKD", text).casefold().translate(known.fold)
    return _Reading(folded, _SEPARATORS.sub("", folded))


def _unsafe(kind: _Kind, reading: _Reading, known: _Lexicon) -> _Reading:
    """The reading without the phrases that are ordinary although they contain a word of the kind."""
    folded = reading.folded
    for safe in kind.safe:
        folded = safe.sub(BLANK, folded)
    folded = known.safe_latin.sub(BLANK, folded)
    return _Reading(folded, known.guards.sub(BLANK, _SEPARATORS.sub("", folded)))


def _says(kind: _Kind, reading: _Reading, subject_kind: SubjectKind) -> bool:
    if kind.personal.search(reading.squeezed):
        return True
    if subject_kind is SubjectKind.ENTITY:
        return False
    return bool(kind.texts.search(reading.squeezed) or kind.latin.search(reading.folded))


def _names(kind: _Kind, reading: _Reading, subject_kind: SubjectKind) -> bool:
    if _says(kind, reading, subject_kind):
        return True
    if subject_kind is SubjectKind.ENTITY:
        return False
    return bool(kind.names.search(reading.squeezed) or kind.codes.search(reading.folded))


def _looks_like_bytes(run: str) -> bool:
    """Rows of digits alone are dates or serial numbers."""
    return min(sum(map(str.isalpha, run)), sum(map(str.isdigit, run))) >= 4


def _looks_encoded(run: str) -> bool:
    if run.startswith("Rk1S"):
        return True
    upper, lower, digits = (sum(map(test, run)) for test in (str.isupper, str.islower, str.isdigit))
    return min(upper, lower) >= 5 and digits >= 2


def _pairs(text: str) -> list[tuple[str, str]]:
    characters = "".join(text.split())
    return [(a, b) for a, b in _by_two(characters) if a != b]


def _by_two(characters: str) -> Iterator[tuple[str, str]]:
    return zip(characters[::2], characters[1::2], strict=True)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)")
