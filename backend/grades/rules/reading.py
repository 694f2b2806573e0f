"""A published rule set from its file: a closed vocabulary, read whole or refused with the place of the fault."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from backend.common import yamls
from backend.grades.model import SCALE, UNSET, Rule, RuleSet, Statement, When
from schemas.terms import Category, GradeValue, Nature, RuleEffect, Severity, SourceMark, SubjectKind, Term
from schemas.text import Text, says_something

T = TypeVar("T", bound=Term)

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
MOST_MONTHS, MOST_FACTS = 600, 100
_SAID = frozenset({"sentence", "article", "source_mark"})


class RuleFault(ValueError):
    """A rule set that may not be used, with the place in it and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place


def read(text: str) -> RuleSet:
    """The rule set of a file's text. Whether it contradicts itself is asked by `checking.check`."""
    try:
        found = yamls.load_strictly(text)
    except yamls.DoubleKey as error:
        raise RuleFault(f"line {error.line}", f"{error.key!r} stands there twice") from error
    except yamls.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RuleFault(f"line {mark.line + 1}" if mark else "file", "is not YAML") from error
    top = _mapping(
        found,
        "file",
        {"version", "kind", "in_force_from", "title", "legal_basis", "base", "no_record", "rules"},
    )
    base = _mapping(top["base"], "base", {"grade", *_SAID})
    newcomer = _mapping(top["no_record"], "no_record", {"floor", *_SAID})
    return RuleSet(
        version=_name(top["version"], "version"),
        kind=_word(SubjectKind, top["kind"], "kind"),
        title=_text(top["title"], "title"),
        in_force_from=_day(top["in_force_from"], "in_force_from"),
        legal_basis=tuple(
            _text(one, f"legal_basis[{at}]") for at, one in _listed(top["legal_basis"], "legal_basis")
        ),
        base=_grade(base["grade"], "base.grade"),
        base_said=_statement(base, "base"),
        floor=_grade(newcomer["floor"], "no_record.floor"),
        floor_said=_statement(newcomer, "no_record"),
        rules=tuple(_rule(one, f"rules[{at}]") for at, one in _listed(top["rules"], "rules")),
        digest=_digest(top),
    )


def _rule(found: object, place: str) -> Rule:
    effects = {effect.value for effect in RuleEffect}
    read = _mapping(found, place, {"id", "when", *_SAID}, effects)
    named = [effect for effect in RuleEffect if effect.value in read]
    if len(named) != 1:
        raise RuleFault(place, f"needs exactly one of {_list(effects)}")
    return Rule(
        id=_name(read["id"], f"{place}.id"),
        when=_when(read["when"], f"{place}.when"),
        effect=named[0],
        value=_grade(read[named[0].value], f"{place}.{named[0].value}"),
        said=_statement(read, place),
    )


def _when(found: object, place: str) -> When:
    ages = ("within_months", "after_months")
    read = _mapping(found, place, {"nature"}, {"category", "severity", "at_least", *ages})
    return When(
        nature=_words(Nature, read["nature"], f"{place}.nature"),
        category=_words(Category, read["category"], f"{place}.category") if "category" in read else (),
        severity=_severities(read["severity"], f"{place}.severity") if "severity" in read else (),
        at_least=_whole(read.get("at_least", 1), f"{place}.at_least", 1, MOST_FACTS),
        **{age: _whole(read[age], f"{place}.{age}", 0, MOST_MONTHS) for age in ages if age in read},
    )


def _statement(read: Mapping[str, Any], place: str) -> Statement:
    return Statement(
        sentence=_text(read["sentence"], f"{place}.sentence"),
        article=_text(read["article"], f"{place}.article"),
        source_mark=_word(SourceMark, read["source_mark"], f"{place}.source_mark"),
    )


def _mapping(found: object, place: str, needed: Iterable[str], allowed: Iterable[str] = ()) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise RuleFault(place, "must be a mapping")
    missing, unknown = set(needed) - found.keys(), found.keys() - set(needed) - set(allowed)
    if unknown:
        raise RuleFault(place, f"does not know {_list(map(str, unknown))}")
    if missing:
        raise RuleFault(place, f"lacks {_list(missing)}")
    return found


def _listed(found: object, place: str) -> list[tuple[int, object]]:
    if not isinstance(found, list) or not found:
        raise RuleFault(place, "must be a list with something in it")
    return list(enumerate(found, 1))


def _text(found: object, place: str) -> Text:
    read = _mapping(found, place, {"zh", "en"})
    for language in ("zh", "en"):
        if not isinstance(read[language], str) or not says_something(read[language]):
            raise RuleFault(f"{place}.{language}", "must be a sentence")
    return Text(read["zh"], read["en"])


def _words(term: type[T], found: object, place: str) -> tuple[T, ...]:
    words = tuple(_word(term, one, place) for _, one in _listed(found, place))
    return _once(words, place)


def _severities(found: object, place: str) -> tuple[Severity | None, ...]:
    words = tuple(
        None if one == UNSET else _word(Severity, one, place, UNSET) for _, one in _listed(found, place)
    )
    return _once(words, place)


def _once(words: tuple[Any, ...], place: str) -> tuple[Any, ...]:
    if len(set(words)) < len(words):
        raise RuleFault(place, "names a word twice")
    return words


def _word(term: type[T], found: object, place: str, *more: str) -> T:
    for one in term:
        if one.value == found:
            return one
    raise RuleFault(place, f"{found!r} is not one of {_list([*(one.value for one in term), *more])}")


def _grade(found: object, place: str) -> GradeValue:
    value = _word(GradeValue, found, place)
    if value not in SCALE:
        raise RuleFault(place, "no_record is not a grade that a rule gives")
    return value


def _name(found: object, place: str) -> str:
    if not isinstance(found, str) or not NAME.fullmatch(found):
        raise RuleFault(place, "must be small letters and digits, joined by - or _")
    return found


def _whole(found: object, place: str, least: int, most: int) -> int:
    if type(found) is not int or not least <= found <= most:
        raise RuleFault(place, f"must be a whole number from {least} to {most}")
    return found


def _day(found: object, place: str) -> date:
    if type(found) is not date:
        raise RuleFault(place, "must be a day, YYYY-MM-DD")
    return found


def _digest(top: Mapping[str, Any]) -> str:
    """Of what the file says, not of its blanks and remarks."""
    said = json.dumps(top, ensure_ascii=False, sort_keys=True, default=date.isoformat)
    return hashlib.sha256(said.encode()).hexdigest()


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
