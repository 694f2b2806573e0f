"""Deciding by a grade, for something the resident asked for. Ownership and consent are the calling feature's; the look
into the record is written down here, so that no caller can forget it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.periods import add_years, end_of
from backend.grades import errors, rules, store, texts
from backend.grades.model import Decision, Owner, RuleSet, Verdict
from backend.grades.service import published
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from schemas.terms import DecisionOwner, RippleCause, Role
from schemas.text import Text

KEPT_YEARS = 3
"""PIPL 55, 56: what shows how automated decisions were made is kept at least three years; PIPL 19: and no longer than needed.
By then the time to claim is over as well (Civil Code 188)."""
DECIDERS = (Role.CITIZEN, Role.MERCHANT, Role.SYSTEM)


@dataclass(frozen=True)
class _Judged:
    """What the rules in force said of a subject at one instant, and which records that rests on."""

    at: datetime
    on: date
    rule_set: RuleSet
    verdict: Verdict
    used: tuple[Record, ...]


@atomic
def decide(deps: Deps, actor: Actor, *, subject_id: str, owner: Owner, purpose: Text) -> Decision:
    """Decide by the grade of this instant and keep what a replay needs; joins the caller's transaction.

    Refuses with 409 `grades.no_rules` where none are in force, `grades.already_decided` when the owner has a decision.
    """
    actor.require(*DECIDERS)
    return _decide(deps, actor, (subject_id, owner, purpose), deps.new_id())


@atomic
def judge_again(
    deps: Deps, actor: Actor, *, decision: Decision, cause: RippleCause, purpose: Text
) -> Decision:
    """Supersede a decision by one of this instant, for the same owner; for a consumer of ripples.

    409 `grades.changed` when it is not in force any more: somebody was faster.
    """
    actor.require(*DECIDERS)
    successor_id = deps.new_id()
    if not _end(deps, actor, decision, cause, successor_id):
        raise errors.changed()
    return _decide(deps, actor, (decision.subject_id, decision.owner, purpose), successor_id)


@atomic
def supersede(deps: Deps, actor: Actor, *, decision: Decision, cause: RippleCause | None = None) -> bool:
    """End a decision without another in its place, as when its benefit is over; false when it had ended."""
    actor.require(*DECIDERS)
    return _end(deps, actor, decision, cause, None)


def find(deps: Deps, decision_id: str) -> Decision | None:
    """A decision by its id, superseded ones too, as long as it is kept. Whose it is, is the caller's question."""
    return store.find(deps.db, decision_id, deps.now())


def find_of(deps: Deps, owner: Owner) -> Decision | None:
    """The decision in force for this owner."""
    return store.find_live(deps.db, owner, deps.now())


def find_using(deps: Deps, record_id: str, kind: DecisionOwner) -> tuple[Decision, ...]:
    """The decisions in force of one kind of owner that used the record, also when it was deleted since."""
    return tuple(store.list_live_using(deps.db, record_id, kind, deps.now()))


def _decide(deps: Deps, actor: Actor, asked: tuple[str, Owner, Text], decision_id: str) -> Decision:
    subject_id, owner, purpose = asked
    judged = _judge(deps, subject_id)
    decision = _written(deps, subject_id, owner, judged, decision_id)
    if not store.insert(deps.db, decision):
        raise errors.already_decided()
    audit.look(
        deps,
        actor,
        "grades.decide",
        subject_id=subject_id,
        purpose=purpose,
        scope=texts.SCOPE,
        target_id=decision.id,
        rule_version=decision.rule_version,
        owner=owner.kind.value,
    )
    return decision


def _judge(deps: Deps, subject_id: str) -> _Judged:
    """The records that were used are held: none of them can change unnoticed between this and the commit."""
    at = deps.now()
    subject = registry.find(deps, subject_id)
    if subject is None:
        raise errors.no_subject()
    rule_set = published.book().in_force(subject.kind, shanghai_date(at))
    if rule_set is None:
        raise errors.no_rules()
    found = records.of_subject(deps, subject_id)
    facts, _ = rules.sorted_out(found, at)
    verdict = rules.grade(rule_set, facts, shanghai_date(at))
    ids = {fact.record_id for fact in verdict.facts}
    records.hold(deps, subject_id, ids)
    return _Judged(at, shanghai_date(at), rule_set, verdict, tuple(r for r in found if r.id in ids))


def _written(deps: Deps, subject_id: str, owner: Owner, judged: _Judged, decision_id: str) -> Decision:
    verdict = judged.verdict
    return Decision(
        id=decision_id,
        subject_id=subject_id,
        owner=owner,
        decided_at=judged.at,
        on=judged.on,
        kept_until=end_of(add_years(judged.on, KEPT_YEARS)),
        rule_version=judged.rule_set.version,
        rule_digest=judged.rule_set.digest,
        catalogue_version=_catalogue_version(deps, judged.used, judged.on),
        calendar_version=calendars.calendar(deps).describe([judged.on]),
        value=verdict.value,
        floor=verdict.floor,
        grounds=verdict.grounds,
        facts=verdict.facts,
        others=verdict.others,
        record_ids=tuple(fact.record_id for fact in verdict.facts),
    )


def _catalogue_version(deps: Deps, used: Sequence[Record], on: date) -> str:
    """Which catalogues gave the records their nature, category and severity, as `2025=1;2026=2`."""
    known = catalogue.versions(deps)
    years: Iterable[int] = {record.catalogue_year for record in used} or {on.year}
    return ";".join(f"{year}={known.get(year, 'none')}" for year in sorted(years))


def _end(
    deps: Deps, actor: Actor, decision: Decision, cause: RippleCause | None, successor_id: str | None
) -> bool:
    if not store.supersede(deps.db, decision.id, deps.now(), cause, successor_id):
        return False
    audit.record(
        deps,
        actor,
        "grades.supersede",
        decision.id,
        subject_id=decision.subject_id,
        cause=cause and cause.value,
    )
    return True
