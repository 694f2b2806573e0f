"""The small language of `data/forbidden.yaml` made into regular expressions, and the quick alarm in front of them.

{a|b|} alternatives · * up to six characters between · # a digit · trailing ! unless an amount follows · <list>.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product

# A word character that no phrase contains; it stands where a safe phrase was.
BLANK = "々"
DIGIT = "0-9一二三四五六七八九十百千万两几"
# Between two characters of a phrase that somebody pulled apart.
GAP = r"[\W_]{0,8}"
# What `*` stands for: in forbidden words, and in safe phrases, where only word characters of one clause may stand.
WITHIN_PHRASE = r"\w{0,6}?"
WITHIN_CLAUSE = r"\w{0,14}?"
# Latin, Greek, Cyrillic, letterlike, circled, full-width and mathematical letters: whatever folds to a Latin one.
_LETTERS = (
    r"A-Za-z\u00aa\u00ba\u00c0-\u024f\u1d00-\u1d6a\u1e00-\u1eff\u2071\u207f\u2090-\u209c\u0370-\u052f"
    r"\u2100-\u214f\u2160-\u2188\u249c-\u24e9\u3250-\u325f\u3371-\u33ff\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f110-\U0001f19a"
)
# Radicals and compatibility forms, which NFKC turns into ordinary characters.
_ODD_HAN = (
    r"\u2e80-\u2fdf\u3038-\u303a\u3192-\u319f\u3220-\u3247\u3280-\u32b0\uf900-\ufaff\U0002f800-\U0002fa1d"
)

# What a phrase is made of: a character, a group of alternatives, or one of the two marks.
Part = str | list["Phrase"]
Phrase = list[Part]
ANY, NUMBER = "*", "#"


def parse(text: str, lists: dict[str, str]) -> Phrase:
    """The phrase a line stands for; `lists` fills `<name>`."""
    for name, words in lists.items():
        text = text.replace(f"<{name}>", words if _inside_group(text, name) else "{" + words + "}")
    phrase, rest = _parse_until(text, "")
    if rest:
        raise ValueError(f"unbalanced braces: {text}")
    return phrase


def pattern(phrase: Phrase) -> str:
    """The expression that finds a phrase as it stands, in one piece."""
    return "".join(_part_pattern(part, WITHIN_CLAUSE) for part in phrase)


def finder(texts: Iterable[str], latin: Iterable[str] = ()) -> re.Pattern[str]:
    """One expression for many literal texts (`expansions`) and Latin phrases.

    Every branch begins with a plain character, so that the engine skips from one possible beginning to the next; the
    look at what stands before the first character therefore comes after it.
    """
    branches: dict[str, set[str]] = {}
    for text in texts:
        branches.setdefault(text[0], set()).add(_literal_rest(text))
    for words in latin:
        branches.setdefault(words[0], set()).add(_latin_rest(words))
    made = [f"{re.escape(first)}(?:{_longest_first(rests)})" for first, rests in sorted(branches.items())]
    return re.compile("|".join(made) or r"(?!)")


def expansions(phrase: Phrase) -> Iterator[str]:
    """Every literal text of the phrase, marks included."""
    choices = [
        [part] if isinstance(part, str) else [t for p in part for t in expansions(p)] for part in phrase
    ]
    return ("".join(chosen) for chosen in product(*choices))


class Alarm:
    """A fast look that is silent on most texts: a text that does not set it off holds no phrase.

    Rare characters set it off alone, common ones only by two in a row, which `loose` narrows down before `pairs`
    decides; `letters` watches for Latin words and blood groups. `variants` are other forms of a character.
    """

    def __init__(self, characters: str, pairs: Iterable[str], variants: dict[str, set[str]]) -> None:
        self._variants = variants
        seconds: dict[str, set[str]] = {}
        for pair in pairs:
            seconds.setdefault(pair[0], set()).add(pair[1])
        anywhere = set().union(*seconds.values())
        self._rare = re.compile(f"[{self._class(characters)}{_ODD_HAN}]")
        self._loose = re.compile(f"[{self._class(seconds)}]{GAP}[{self._class(anywhere)}]")
        self._pairs = re.compile(
            "|".join(
                f"{form}{GAP}[{self._class(after)}]"
                for first, after in seconds.items()
                for form in sorted({first} | variants.get(first, set()))
            )
        )
        self._letters = re.compile(rf"[{_LETTERS}]{GAP}(?:型|[{_LETTERS}]{GAP}[{_LETTERS}])")

    def rings(self, text: str) -> bool:
        """Whether the text deserves a closer look."""
        return bool(
            self._rare.search(text)
            or (self._loose.search(text) and self._pairs.search(text))
            or self._letters.search(text)
        )

    def _class(self, characters: Iterable[str]) -> str:
        every = set(characters)
        every.update(*(self._variants.get(c, set()) for c in characters))
        return "".join(re.escape(c) for c in sorted(every))


def _inside_group(text: str, name: str) -> bool:
    before = text[: text.index(f"<{name}>")] if f"<{name}>" in text else ""
    return before.count("{") > before.count("}")


def _parse_until(text: str, end: str) -> tuple[Phrase, str]:
    phrase: Phrase = []
    while text and text[0] not in (end or "}"):
        if text[0] != "{":
            phrase.append(text[0])
            text = text[1:]
            continue
        group, text = _parse_group(text[1:])
        phrase.append(group)
    return phrase, text


def _parse_group(text: str) -> tuple[list[Phrase], str]:
    group: list[Phrase] = []
    while True:
        phrase, text = _parse_until(text, "|}")
        group.append(phrase)
        if not text:
            raise ValueError("a group is not closed")
        mark, text = text[0], text[1:]
        if mark == "}":
            return group, text


def _part_pattern(part: Part, between: str) -> str:
    if isinstance(part, list):
        return "(?:" + _longest_first(map(pattern, part)) + ")"
    if part == ANY:
        return between
    return f"[{DIGIT}]" if part == NUMBER else re.escape(part)


def _literal_rest(text: str) -> str:
    """What follows the first character of an expanded text; Latin letters and digits at its ends must end a word."""
    first, last = text[0], text[-1]
    before = f"(?<![a-z0-9]{first})" if first.isascii() and first.isalnum() else ""
    after = "(?![a-z])" if last.isascii() and last.isalpha() else ""
    return before + "".join(_part_pattern(part, WITHIN_PHRASE) for part in text[1:]) + after


def _latin_rest(words: str) -> str:
    """What follows the first letter of a Latin phrase, written in one piece or with its letters spaced out."""
    letters = words.replace(" ", "")
    first, rest = letters[0], letters[1:]
    before = rf"(?<![a-z]{first})"
    gap = r"[\W_]{0,8}"
    if len(rest) >= 4:
        return before + "".join(gap + letter for letter in rest) + "(?![a-z])"
    spaced = "".join(r"[\W_]{1,8}" + letter for letter in rest)
    return f"{before}(?:{rest}|{spaced})(?![a-z])"


def _longest_first(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=lambda p: (-len(p), p)))
