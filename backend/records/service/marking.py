"""What happens to a record after it came in: a mark, out of every query for a while, or out of the query interface.

Each is done once, keeps its reason in the record's history where the subject sees it (Regulation 34), and is in the log.
"""

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.records import store
from backend.records.model import Change, Mark, Record
from backend.registry import service as registry
from backend.registry.model import Subject
from schemas.terms import RecordMark, Role
from schemas.text import Text


def find_by_row(
    deps: Deps, *, subject: Subject, unit_code: str, item_code: str, doc_no: str
) -> Record | None:
    """The record of a row as its unit handed it in, whether or not it may be shown; its words stay sealed."""
    hasher = registry.Hasher(registry.linking_key(deps))
    key = hasher.row(unit_code, item_code, registry.number_of(deps, subject), doc_no).hex()
    return store.find_by_key(deps.db, subject.id, key)


@atomic
def mark(
    deps: Deps, actor: Actor, *, record: Record, kind: RecordMark, reason: Text, statement: str | None = None
) -> bool:
    """Note that the record is contested, or still is after review (Regulation 36); false when it says so already."""
    actor.require(Role.SYSTEM)
    now = deps.now()
    added = Mark(kind, now, statement=statement)
    if not store.add_mark(deps.db, record.id, added, _change(f"marked_{kind}", reason, deps)):
        return False
    audit.record(deps, actor, "records.mark", record.id, subject_id=record.subject_id, kind=kind.value)
    return True


@atomic
def suspend(deps: Deps, actor: Actor, *, record: Record, reason: Text) -> bool:
    """Take the record out of every query while its provider is silent (Measures 30); false when it is out already."""
    actor.require(Role.SYSTEM)
    if not store.set_once(deps.db, record.id, "suspended_at", deps.now(), _change("suspended", reason, deps)):
        return False
    audit.record(deps, actor, "records.suspend", record.id, subject_id=record.subject_id)
    return True


@atomic
def hide(deps: Deps, actor: Actor, *, record: Record, reason: Text) -> bool:
    """Take the record out of the query interface, as after restoration (Regulation 38); false when it is out already."""
    actor.require(Role.SYSTEM)
    if not store.set_once(deps.db, record.id, "hidden_at", deps.now(), _change("hidden", reason, deps)):
        return False
    audit.record(deps, actor, "records.hide", record.id, subject_id=record.subject_id)
    return True


def _change(what: str, reason: Text, deps: Deps) -> Change:
    return Change(deps.now(), what, reason.zh, reason.en)
