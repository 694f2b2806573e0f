"""Removals that somebody asks for: the subject its own good deeds, the annulling side what it annulled."""

from dataclasses import dataclass
from datetime import date, timedelta

from backend.accounts import service as accounts
from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem
from backend.common import numbers
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import atomic
from backend.common.numbers import InvalidNumber
from backend.common.periods import end_of
from backend.notices import service as notices
from backend.records import rules as record_rules
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from backend.registry.model import Subject
from backend.removals import errors, rules, store
from backend.removals.model import Ground, Removal, ShownRemoval
from backend.removals.service.keeping_silent import require_silent
from backend.removals.service.listing import shown
from backend.removals.service.removing import basis, clock, remove
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, RemovalKind, Role


@dataclass(frozen=True)
class _Notice:
    """The written notice that the decision behind a record was annulled."""

    document_no: str
    noticed_on: date
    reason: str


@atomic
def withdraw(deps: Deps, actor: Actor, *, record_id: str) -> ShownRemoval:
    """Drop an own good deed (Measures 27) at once, where two working days are allowed; asked again it is the same removal.

    404 for what is not one's own or not shown; 409 `records.not_withdrawable`; 409 `records.contested` while an objection
    to it runs. The provider is told which row not to hand in again.
    """
    subject_id = actor.require_verified(deps.now())
    done = store.find_of_record(deps.db, record_id, RemovalKind.WITHDRAWN)
    if done is not None and done.subject_id == subject_id:
        return shown(deps, done)
    record = records.find_own(deps, subject_id, record_id)
    if record is None:
        raise errors.record_not_found()
    if not record_rules.withdrawable(record, _item(deps, record)):
        raise errors.not_withdrawable()
    if records.is_contested(record, deps.now()):
        raise errors.contested()
    ground = Ground(RemovalKind.WITHDRAWN, rules.WITHDRAWN, basis("withdraw"))
    removal = remove(deps, actor, record, ground, clock(deps, "withdraw", deps.now()))
    _tell_unit(deps, removal, DeskNoticeKind.RECORD_WITHDRAWN)
    notices.send(deps, actor.id, NoticeKind.RECORD_WITHDRAWN)
    return shown(deps, removal)


@atomic
def erase(
    deps: Deps, actor: Actor, *, record_id: str, document_no: str, noticed_on: date, reason: str
) -> ShownRemoval:
    """Erase a record whose ground was annulled (Regulation 37) at once; the clock runs from the day of the notice.

    `document_no` and `noticed_on` are the notice's; they and `reason` may repeat nothing of the record (422). Asked again
    it is the same removal.
    """
    actor.require(Role.DATA_STEWARD)
    done = store.find_of_record(deps.db, record_id, RemovalKind.ERASED)
    if done is not None:
        return shown(deps, done)
    record = records.find_any(deps, record_id)
    if record is None:
        raise errors.record_not_found()
    return _erase(deps, actor, record, _Notice(document_no, noticed_on, reason))


@atomic
def erase_row(
    deps: Deps,
    actor: Actor,
    *,
    item_code: str,
    subject_number: str,
    doc_no: str,
    document_no: str,
    noticed_on: date,
    reason: str,
) -> ShownRemoval:
    """The same by the provider that annulled its decision, which knows the row; only its own unit's are found."""
    actor.require(Role.PROVIDER)
    subject = _subject(deps, subject_number)
    if subject is None or actor.unit is None:
        raise errors.record_not_found()
    row = {"unit_code": actor.unit, "item_code": item_code, "doc_no": doc_no}
    record = records.find_by_row(deps, subject=subject, **row)
    if record is not None:
        return _erase(deps, actor, record, _Notice(document_no, noticed_on, reason))
    tombstone = records.find_tombstone(deps, subject=subject, **row)
    done = tombstone and store.find_of_record(deps.db, tombstone.record_id, RemovalKind.ERASED)
    if not done:
        raise errors.record_not_found()
    return shown(deps, done)


def _erase(deps: Deps, actor: Actor, record: Record, notice: _Notice) -> ShownRemoval:
    if not rules.possible_day(notice.noticed_on, record, shanghai_date(deps.now())):
        raise errors.wrong_day()
    require_silent(deps, record, notice.document_no, notice.reason)
    ground = Ground(
        RemovalKind.ERASED,
        rules.ERASED,
        basis("erase"),
        document_no=notice.document_no,
        noticed_on=notice.noticed_on,
        note=notice.reason,
    )
    began = end_of(notice.noticed_on - timedelta(days=1))
    removal = remove(deps, actor, record, ground, clock(deps, "erase", began))
    _tell_unit(deps, removal, DeskNoticeKind.RECORD_ERASED)
    account_id = accounts.account_of(deps, record.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, NoticeKind.RECORD_ERASED, noticed_on=notice.noticed_on)
    return shown(deps, removal)


def _tell_unit(deps: Deps, removal: Removal, kind: DeskNoticeKind) -> None:
    notices.tell_desk(
        deps, role=Role.PROVIDER, unit=removal.unit_code, kind=kind, case=CaseKind.REMOVAL, case_id=removal.id
    )


def _subject(deps: Deps, number: str) -> Subject | None:
    """By ID number or unified social credit code; what is neither belongs to nobody."""
    try:
        read = numbers.identity_number(number, today=shanghai_date(deps.now())).number
    except InvalidNumber:
        try:
            read = numbers.uscc(number)
        except InvalidNumber:
            return None
    return registry.find_by_number(deps, read)


def _item(deps: Deps, record: Record) -> CatalogueItem | None:
    """The catalogue's word on this kind of record in the record's year; what it does not know is no good deed."""
    try:
        return catalogue.find_item(deps, record.item_code, year=record.catalogue_year)
    except ServiceError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return None
