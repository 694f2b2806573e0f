"""The published rule sets: every version stays, so that what was decided by it can be worked out again."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.grades import errors, rules
from backend.grades.model import Published, RuleSet
from backend.grades.rules import RuleFault
from schemas.terms import SubjectKind

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Book:
    """Every version, the one that came into force last first."""

    sets: tuple[RuleSet, ...]

    def in_force(self, kind: SubjectKind, on: date) -> RuleSet | None:
        return next((one for one in self.sets if one.kind is kind and one.in_force_from <= on), None)

    def find(self, version: str) -> RuleSet | None:
        return next((one for one in self.sets if one.version == version), None)

    def after(self, rule_set: RuleSet) -> RuleSet | None:
        """The version that follows it."""
        later = [
            one
            for one in self.sets
            if one.kind is rule_set.kind and one.in_force_from > rule_set.in_force_from
        ]
        return later[-1] if later else None


@lru_cache(maxsize=1)
def book() -> Book:
    """The versions that came with this release of the service."""
    return load(sorted(DATA.glob("*.yaml")))


def make_ready() -> None:
    """Read and check the published rules now, so that a broken file stops the process and no reader waits for it."""
    book()


def load(paths: Sequence[Path]) -> Book:
    """The versions of these files; `RuleFault` names file, place and fault, and then none is used."""
    sets: list[RuleSet] = []
    for path in paths:
        try:
            sets.append(_one(path, sets))
        except RuleFault as fault:
            raise RuleFault(path.name, str(fault)) from fault
    return Book(tuple(sorted(sets, key=lambda one: one.in_force_from, reverse=True)))


def versions(deps: Deps) -> tuple[Published, ...]:
    """Every published version and how long it holds, the newest first; for everybody."""
    return tuple(_published(one, shanghai_date(deps.now())) for one in book().sets)


def active_version(deps: Deps) -> str | None:
    """The version by which residents are graded now; None before the first."""
    found = book().in_force(SubjectKind.PERSON, shanghai_date(deps.now()))
    return found.version if found else None


def version(deps: Deps, *, version: str) -> Published:
    """One version whole, however old."""
    found = book().find(version)
    if found is None:
        raise errors.unknown_version()
    return _published(found, shanghai_date(deps.now()))


def _one(path: Path, before: Sequence[RuleSet]) -> RuleSet:
    found = rules.read(path.read_text(encoding="utf-8"))
    rules.check(found)
    if found.version != path.stem:
        raise RuleFault("version", f"{found.version!r} is not the name of the file")
    for one in before:
        if (one.kind, one.in_force_from) == (found.kind, found.in_force_from):
            raise RuleFault("in_force_from", f"{one.version} comes into force on the same day")
    return found


def _published(rule_set: RuleSet, on: date) -> Published:
    following = book().after(rule_set)
    said = {one.name: getattr(rule_set, one.name) for one in fields(rule_set)}
    return Published(
        **said,
        active=book().in_force(rule_set.kind, on) == rule_set,
        in_force_until=following.in_force_from - timedelta(days=1) if following else None,
    )
