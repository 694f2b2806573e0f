"""A decided correction (Regulation 36): checked like a row that is handed in, with windows and severity worked out anew."""

from dataclasses import replace
from datetime import date
from typing import Any

from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import atomic
from backend.records import errors, rules, store
from backend.records.model import Burial, Correction, Record, Tombstone
from backend.records.service import rippling
from backend.records.service.checking import Checked, RowChecker, Task, Unfit
from backend.records.service.marking import change
from backend.records.service.words import opened, sealed_words
from backend.registry import service as registry
from schemas.terms import RippleCause
from schemas.text import Text


@atomic
def correct(
    deps: Deps,
    actor: Actor,
    *,
    record: Record,
    correction: Correction,
    reason: Text,
    case_id: str | None = None,
) -> Record:
    """Put right what the correction names; the record as it is afterwards, its words opened.

    The row that is replaced is remembered, so that handing it in again undoes nothing. Raises 422 with `data.field` for
    what an import would not take or `records.nothing_corrected`, 409 `records.changed` when the record is not any more
    what was read, 409 `records.doc_no_taken`.
    """
    item = _item(deps, record)
    row = judged(deps, record, item, correction)
    after = _corrected(deps, record, item, row)
    if after.digest == record.digest and after.key == record.key:
        raise errors.nothing_corrected()
    _put(deps, record, after, reason)
    rippling.begin(deps, record, RippleCause.CORRECTED)
    audit.record(
        deps,
        actor,
        "records.correct",
        record.id,
        subject_id=record.subject_id,
        case_id=case_id,
        fields=",".join(_names(correction)),
    )
    found = store.find_any(deps.db, record.id)
    if found is None:
        raise errors.changed()
    return opened(deps, found)


def check_correction(deps: Deps, *, record: Record, correction: Correction) -> None:
    """Raise what `correct` would raise for its content, and change nothing."""
    judged(deps, record, _item(deps, record), correction)


def judged(deps: Deps, record: Record, item: CatalogueItem, correction: Correction) -> Checked:
    """The row that the provider would have handed in, had it been right from the beginning."""
    subject = registry.find(deps, record.subject_id)
    if subject is None:
        raise errors.changed()
    if correction.not_ended and item.momentary:
        raise errors.ends_with_itself()
    words = registry.words_of(deps, subject)
    values = _values(opened(deps, record), item, correction)
    values |= {"item_code": item.code, "subject_number": words.number, "subject_name": words.name}
    task = Task(
        {item.code: item}, item.unit_code, None, registry.linking_key(deps), shanghai_date(deps.now())
    )
    try:
        return RowChecker(task).fit(1, values)
    except Unfit as unfit:
        raise errors.not_fit(unfit.reason, unfit.where, unfit.text) from None


def _values(record: Record, item: CatalogueItem, correction: Correction) -> dict[str, Any]:
    ended_on = None if correction.not_ended else correction.ended_on or _own_end(record, item)
    content = {**record.content, **(correction.content or {})}
    return {
        "title": record.title if correction.title is None else correction.title,
        "doc_no": record.doc_no if correction.doc_no is None else correction.doc_no,
        "occurred_on": (correction.occurred_on or record.occurred_on).isoformat(),
        "ended_on": ended_on.isoformat() if ended_on else None,
        "content": {name: _plain(value) for name, value in content.items() if value is not None},
    }


def _own_end(record: Record, item: CatalogueItem) -> date | None:
    """The end of the record, unless it is only the day on which something momentary happened, which it follows."""
    return None if item.momentary and record.ended_on == record.occurred_on else record.ended_on


def _plain(value: Any) -> Any:
    """The database gives large whole numbers back as a type of its own, which no row has."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _corrected(deps: Deps, record: Record, item: CatalogueItem, row: Checked) -> Record:
    occurred_on = date.fromisoformat(row.occurred_on)
    ended_on = date.fromisoformat(row.ended_on) if row.ended_on else None
    windows = catalogue.windows(item, document_on=date.fromisoformat(row.dated_on), ended_on=ended_on)
    known = (*record.superseded, record.digest)
    return replace(
        record,
        **_kept_words(deps, row),
        key=row.key
        if rules.folded_number(row.doc_no) != rules.folded_number(opened(deps, record).doc_no)
        else record.key,
        digest=row.digest,
        superseded=tuple(digest for digest in known if digest != row.digest),
        severity=item.severity,
        occurred_on=occurred_on,
        ended_on=ended_on,
        document_on=date.fromisoformat(row.document_on) if row.document_on else None,
        public_until=windows.public_until,
        query_until=windows.query_until,
    )


def _kept_words(deps: Deps, row: Checked) -> dict[str, Any]:
    """Sealed where they carry the person's own name, as an import keeps them."""
    if not row.named:
        return {"doc_no": row.doc_no, "title": row.title, "content": row.content, "text_sealed": None}
    sealed = sealed_words(deps, doc_no=row.doc_no, title=row.title, content=row.content)
    return {"doc_no": "", "title": "", "content": {}, "text_sealed": sealed}


def _put(deps: Deps, before: Record, after: Record, reason: Text) -> None:
    """With another document number the old one is not free: a tombstone of it turns away the row of before."""
    renumbered = after.key != before.key
    if renumbered:
        store.take_back_number(deps.db, before, after.key)
        if store.stands(deps.db, before.subject_id, after.key) is not None:
            raise errors.doc_no_taken()
    if not store.put_correction(deps.db, before, after, change(deps, "corrected", reason)):
        raise errors.changed()
    if renumbered:
        known = (*before.superseded, before.digest)
        store.insert_tombstone(
            deps.db,
            Tombstone(
                deps.new_id(), before.subject_id, before.key, Burial.RENUMBERED, deps.now(), before.id, known
            ),
        )


def _item(deps: Deps, record: Record) -> CatalogueItem:
    """The item of the record's year; when that year's catalogue is missing, as it was last."""
    try:
        return catalogue.find_item(deps, record.item_code, year=record.catalogue_year)
    except ServiceError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return catalogue.find_item(deps, record.item_code)


def _names(correction: Correction) -> list[str]:
    named = [
        name
        for name in ("title", "doc_no", "occurred_on", "ended_on", "content")
        if getattr(correction, name) is not None
    ]
    return [*named, "ended_on"] if correction.not_ended else named
