"""What every move has in common: time first, then the move, then one compare-and-set, and the record agrees with the case."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import service as limits
from backend.clocks.model import Limit
from backend.common import errors as common_errors
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.workdays import Calendar
from backend.objections import errors, rules, store, texts
from backend.objections.model import Event, Objection
from backend.objections.service import agreeing, telling
from backend.objections.service.agreeing import BY_ITSELF as BY_ITSELF
from backend.records import service as records
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import ObjectionAct, ObjectionOutcome, ObjectionState, Role

ROOM = "records"
PURPOSE = "objections"
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Terms:
    """What a case is judged by at one instant: the time, the limits it was opened under, and the working days, which are read
    once somebody counts them: for most cases nothing has to begin or to end."""

    deps: Deps
    now: datetime
    limits: Mapping[str, Limit]

    @cached_property
    def calendar(self) -> Calendar:
        return calendars.calendar(self.deps)


def terms(deps: Deps, set_code: str = limits.LIVE) -> Terms:
    return Terms(deps, deps.now(), limits.limits(set_code))


def as_of(deps: Deps, case: Objection) -> Objection:
    """The case as it stands now, for who only reads it: closed where its record was deleted, whose silence suspends nothing."""
    return all_as_of(deps, [case])[0]


def all_as_of(deps: Deps, cases: Sequence[Objection]) -> list[Objection]:
    """The same of several, by the same working days and one look at which records are there."""
    by = terms(deps)
    there = records.existing(deps, [one.record_id for one in cases if one.state in rules.LIVE])
    return [
        _standing(case, by, is_void=case.state in rules.LIVE and case.record_id not in there)
        for case in cases
    ]


def _standing(case: Objection, by: Terms, *, is_void: bool) -> Objection:
    own = limits.limits(case.limits_code)
    if is_void:
        case = rules.bereft(case)
    if rules.next_step(case, by.now) is not None:
        case = rules.as_of(case, by.now, by.calendar, own)
    return rules.ended(case, by.now, by.calendar, own) if is_void and case.state in rules.LIVE else case


def settled(deps: Deps, case: Objection) -> Objection:
    """The case with everything written down that time has done to it, or the deletion of its record; inside the caller's
    transaction."""
    by = terms(deps, case.limits_code)
    stale, is_void = case, _is_void(deps, case)
    if is_void:
        case = rules.bereft(case)
    while (due := rules.next_step(case, by.now)) is not None:
        case = rules.passed(case, due, by.calendar, by.limits)
        _follow(deps, case, due)
    if is_void and case.state in rules.LIVE:
        case = rules.ended(case, by.now, by.calendar, by.limits)
        _tell_void(deps, case)
    return case if case is stale else save(deps, BY_ITSELF, case, "objections.pass")


def closes_void(
    use_case: Callable[Concatenate[Deps, Actor, P], R],
) -> Callable[Concatenate[Deps, Actor, P], R]:
    """Where a move is refused because the record was deleted, its transaction leaves nothing: the case is closed in one of
    its own, as the ripple of the deletion would."""

    @wraps(use_case)
    def run(deps: Deps, actor: Actor, /, *args: P.args, **inputs: P.kwargs) -> R:
        try:
            return use_case(deps, actor, *args, **inputs)
        except common_errors.ServiceError as error:
            if error.reason == errors.record_deleted().reason:
                _close_void(deps, str(inputs["objection_id"]))
            raise

    return run


@atomic
def _close_void(deps: Deps, objection_id: str) -> None:
    case = store.find(deps.db, objection_id)
    if case is not None:
        settled(deps, case)


def require(deps: Deps, actor: Actor, case: Objection, act: ObjectionAct) -> None:
    """Raise 409 when `act` is no legal move of this case for the actor's role: `objections.record_deleted` where the case is
    over because its record left the database, else `objections.changed`."""
    if rules.step(case, act, actor.role) is not None:
        return
    if case.outcome is ObjectionOutcome.REMOVED and not agreeing.exists(deps, case):
        raise errors.record_deleted()
    raise errors.changed(case.state)


def moved(
    deps: Deps,
    actor: Actor,
    case: Objection,
    act: ObjectionAct,
    *,
    note: str | None = None,
    key_mac: bytes | None = None,
    **values: Any,
) -> Objection:
    """The settled case after `act` of `actor`, not yet saved; 409 `objections.changed` when that is no legal move now.

    Words about a record that was deleted are not kept: nothing would delete them any more (Regulation 37).
    """
    require(deps, actor, case, act)
    by = terms(deps, case.limits_code)
    line = Event(
        by.now,
        act,
        case.state,
        actor.role,
        actor.id,
        actor_name=actor.name,
        unit_code=actor.unit,
        note_sealed=deps.sealer.seal(ROOM, note) if note and agreeing.exists(deps, case) else None,
        key_mac=key_mac,
    )
    after = rules.move(rules.clocked(case, act, by.now, by.calendar, by.limits), line)
    if after is None:
        raise errors.changed(case.state)
    return rules.refreshed(replace(after, **values))


def save(deps: Deps, actor: Actor, case: Objection, action: str) -> Objection:
    """Write it over the version it was made from, and write down who did it; somebody faster has it run again."""
    if not store.put(deps.db, case):
        raise Retry(case.id)
    audit.record(deps, actor, action, case.id, subject_id=case.subject_id, state=case.state.value)
    return replace(case, version=case.version + 1)


def _is_void(deps: Deps, case: Objection) -> bool:
    """Whether the case still runs and its record is gone."""
    return case.state in rules.LIVE and not agreeing.exists(deps, case)


def _tell_void(deps: Deps, case: Objection) -> None:
    telling.resident(deps, case, NoticeKind.OBJECTION_VOID)
    telling.officers(deps, case, DeskNoticeKind.RECORD_GONE)
    if case.forwarded_at is not None:
        telling.provider(deps, case, DeskNoticeKind.RECORD_GONE)


def unit_of(actor: Actor) -> str:
    """The unit that a provider's member of staff acts for."""
    actor.require(Role.PROVIDER)
    if actor.unit is None:
        raise common_errors.not_allowed()
    return actor.unit


def key_mac(deps: Deps, key: str | None) -> bytes | None:
    """How an `Idempotency-Key` is kept with the case: nobody can read it back."""
    return (key and hmac.new(deps.sealer.derive(PURPOSE), key.encode(), hashlib.sha256).digest()) or None


def latest_due(case: Objection) -> date:
    """The day by which all that still runs for somebody here is done."""
    ends = [c.due_on for c in case.clocks if c.is_open and c.name not in rules.RESIDENTS and c.due_on]
    return max(ends)


def due_on(case: Objection, name: str) -> date:
    """The last day of a clock that runs."""
    clock = case.clock(name)
    if clock is None or clock.due_on is None:
        raise AssertionError(f"{name} does not run")
    return clock.due_on


def _follow(deps: Deps, case: Objection, due: rules.Step) -> None:
    """What else happens when time moves a case."""
    day = due.clock.due_on or due.at.date()
    if due.act is ObjectionAct.FALL_DUE:
        telling.whoever_must(deps, case, due.clock, DeskNoticeKind.CASE_OVERDUE, due_on=day)
        # The provider's delay is told as the suspension it brings, where there is a record to suspend.
        if due.clock.name != "finding" or not agreeing.exists(deps, case):
            said = {"clock": due.clock.label.text, "due_on": day}
            telling.resident(deps, case, NoticeKind.OBJECTION_OVERDUE, **said)
    elif due.act is ObjectionAct.GO_ON:
        agreeing.agree(deps, case)
        telling.officers(deps, case, DeskNoticeKind.SUPPLEMENT_OVERDUE)
        if case.state is ObjectionState.FORWARDED:
            telling.provider(deps, case, DeskNoticeKind.SUPPLEMENT_OVERDUE)
        telling.resident(deps, case, NoticeKind.OBJECTION_RESUMED, due_on=latest_due(case))
    elif due.act is ObjectionAct.SUSPEND:
        records.suspend(deps, BY_ITSELF, record_id=case.record_id, reason=texts.SUSPENDED)
        telling.provider(deps, case, DeskNoticeKind.PROVIDER_SILENT, due_on=day)
        telling.officers(deps, case, DeskNoticeKind.PROVIDER_SILENT, due_on=day)
        telling.resident(deps, case, NoticeKind.OBJECTION_SILENT, due_on=day)
    elif due.act is ObjectionAct.CLOSE:
        if agreeing.exists(deps, case):
            agreeing.unmark(deps, case, texts.UNMARKED_UPHELD)
        telling.resident(deps, case, NoticeKind.OBJECTION_CLOSED)
