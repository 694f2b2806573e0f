"""The record agrees with its case: marked, out of queries and back as the case stands."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.calendars import service as calendars
from backend.common.actor import system
from backend.common.deps import Deps
from backend.objections import rules, texts
from backend.objections.model import Objection
from backend.objections.service import telling
from backend.records import service as records
from schemas.notices import DeskNoticeKind
from schemas.terms import Channel, ObjectionState, RecordMark
from schemas.text import Text

BY_ITSELF = system(Channel.WORKER, "objections")


def agree(deps: Deps, case: Objection) -> None:
    """Have the record leave every query at the instant at which the provider's time runs out, or take that plan back; have the
    mark of an upheld case end with the time to dissent."""
    if not exists(deps, case):
        return
    if case.state is ObjectionState.UPHELD:
        records.plan_unmark(deps, BY_ITSELF, **_its_mark(case), at=_end_of(case, "dissent"))
    if case.suspended_at is not None:
        return
    at = rules.suspends_at(case, calendars.calendar(deps))
    records.plan_suspension(deps, BY_ITSELF, record_id=case.record_id, at=at)


def let_go(deps: Deps, case: Objection, reason: Text) -> Objection:
    """The case is over: nothing of it keeps the record marked or out of queries."""
    if exists(deps, case):
        unmark(deps, case, reason)
    return release(deps, case, texts.RELEASED)


def unmark(deps: Deps, case: Objection, reason: Text) -> None:
    records.unmark(deps, BY_ITSELF, **_its_mark(case), reason=reason)


def release(deps: Deps, case: Objection, reason: Text) -> Objection:
    """The provider has answered, or need not any more: the record is in queries again, and no plan takes it out."""
    if exists(deps, case):
        records.release(deps, BY_ITSELF, record_id=case.record_id, reason=reason)
    if case.suspended_at is not None:
        telling.officers(deps, case, DeskNoticeKind.RECORD_RELEASED)
    return replace(case, suspended_at=None)


def _its_mark(case: Objection) -> dict[str, Any]:
    """Which mark on which record is the case's."""
    return {
        "record_id": case.record_id,
        "subject_id": case.subject_id,
        "kind": RecordMark.CONTESTED,
        "case_id": case.id,
    }


def _end_of(case: Objection, name: str) -> datetime | None:
    clock = case.clock(name)
    return clock.due_at if clock is not None else None


def exists(deps: Deps, case: Objection) -> bool:
    """Whether the record is still in the database: it may have been erased or withdrawn by another way meanwhile."""
    return bool(records.existing(deps, [case.record_id]))
