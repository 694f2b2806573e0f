"""Marks on a record: contested while a case runs, dissent after it (Regulation 36, Measures 30).

Here and in the files beside: each change is one compare-and-set that joins the caller's transaction, keeps its reason in the
record's history where the subject sees it (Regulation 34), and is in the log. Whether the caller may is the caller's question.
`reason` is a fixed sentence of the calling feature, never free text: free words stay sealed in the case.
"""

from collections.abc import Collection
from datetime import datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic, in_transaction, notes
from backend.records import errors, rules, store
from backend.records.model import Change, Mark, Record, Tombstone
from backend.records.service import rippling
from backend.records.service.words import sealed_statement
from backend.registry import service as registry
from backend.registry.model import Subject
from schemas.terms import RecordMark
from schemas.text import Text

_SEEN = "records that are there"


def find_any(deps: Deps, record_id: str) -> Record | None:
    """A record whether or not it may be shown now, its words still sealed; None also when it was erased or withdrawn."""
    return store.find_any(deps.db, record_id)


def existing(deps: Deps, record_ids: Collection[str]) -> Collection[str]:
    """Those of these records that were neither erased nor withdrawn, as `find_any` would find them. A transaction sees one
    instant and asks once for each that is there."""
    wanted = set(record_ids)
    known = _seen() if in_transaction() else {}
    if unknown := wanted - known.keys():
        known.update(dict.fromkeys(store.list_existing(deps.db, unknown), True))
    return {one for one in wanted if known.get(one)}


def left(record_id: str) -> None:
    """The running transaction has deleted the record: to it too it exists no more."""
    _seen()[record_id] = False


def find_by_row(
    deps: Deps, *, subject: Subject, unit_code: str, item_code: str, doc_no: str
) -> Record | None:
    """The record of a row as its unit handed it in, whether or not it may be shown; its words stay sealed."""
    return store.find_by_key(deps.db, subject.id, _key(deps, subject, unit_code, item_code, doc_no))


def find_tombstone(
    deps: Deps, *, subject: Subject, unit_code: str, item_code: str, doc_no: str
) -> Tombstone | None:
    """What lies where the record of such a row was, if something does."""
    return store.find_tombstone(deps.db, subject.id, _key(deps, subject, unit_code, item_code, doc_no))


@atomic
def mark(
    deps: Deps,
    actor: Actor,
    *,
    record_id: str,
    subject_id: str,
    kind: RecordMark,
    case_id: str | None,
    reason: Text,
    statement: str | None = None,
) -> bool:
    """Note that the record is contested, or still is after review; false when it says so for this case already.

    Raises 409 `records.changed` when there is no such record of this subject any more.
    """
    added = Mark(kind, deps.now(), case_id, statement_sealed=sealed_statement(deps, statement))
    if not store.add_mark(deps.db, record_id, subject_id, added, change(deps, f"marked_{kind}", reason)):
        return _known(deps, record_id, subject_id)
    _write_down(deps, actor, "records.mark", record_id, subject_id, kind, case_id)
    return True


@atomic
def plan_unmark(
    deps: Deps,
    actor: Actor,
    *,
    record_id: str,
    subject_id: str,
    kind: RecordMark,
    case_id: str | None,
    at: datetime | None,
) -> bool:
    """From `at` on the mark of this kind and case is shown no more without anybody doing anything; None takes the plan back.

    Whoever planned it takes the mark off afterwards (`unmark`), with its line in the history. False when nothing changes.
    """
    if not store.set_mark_until(deps.db, record_id, subject_id, (kind, case_id), at):
        return False
    audit.record(
        deps,
        actor,
        "records.plan_unmark",
        record_id,
        subject_id=subject_id,
        case_id=case_id,
        at=at.isoformat() if at else None,
    )
    return True


@atomic
def unmark(
    deps: Deps,
    actor: Actor,
    *,
    record_id: str,
    subject_id: str,
    kind: RecordMark,
    case_id: str | None,
    reason: Text,
) -> bool:
    """Take the mark of this kind and case off the record; false when it has none, also because the record is gone."""
    told = change(deps, f"unmarked_{kind}", reason)
    if not store.remove_mark(deps.db, record_id, subject_id, kind, case_id, told):
        return False
    _write_down(deps, actor, "records.unmark", record_id, subject_id, kind, case_id)
    return True


def change(deps: Deps, what: str, reason: Text) -> Change:
    """A line of a record's history, now."""
    return Change(deps.now(), what, reason.zh, reason.en)


def _seen() -> dict[str, bool]:
    """The records that the running transaction knows to be there, and those that it deleted itself."""
    seen: dict[str, bool] = notes().setdefault(_SEEN, {})
    return seen


def _key(deps: Deps, subject: Subject, unit_code: str, item_code: str, doc_no: str) -> str:
    hasher = registry.Hasher(registry.linking_key(deps))
    return hasher.row(
        unit_code, item_code, registry.number_of(deps, subject), rules.folded_number(doc_no)
    ).hex()


def _known(deps: Deps, record_id: str, subject_id: str) -> bool:
    record = store.find_any(deps.db, record_id)
    if record is None or record.subject_id != subject_id:
        raise errors.changed()
    return False


def _write_down(
    deps: Deps,
    actor: Actor,
    action: str,
    record_id: str,
    subject_id: str,
    kind: RecordMark,
    case_id: str | None,
) -> None:
    rippling.touch(deps, subject_id)
    audit.record(deps, actor, action, record_id, subject_id=subject_id, kind=kind.value, case_id=case_id)
