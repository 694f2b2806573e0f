"""The words of a record: the provider's, sealed where they carry the person's own name, and the person's own statements,
always sealed; opened only when shown."""

from dataclasses import replace
from typing import Any

from backend.common.deps import Deps
from backend.records import rules
from backend.records.model import Mark, Record

ROOM = "records"


def sealed_words(deps: Deps, *, doc_no: str, title: str, content: dict[str, Any]) -> bytes:
    """What `Record.text_sealed` holds instead of the plain document number, title and content."""
    return deps.sealer.seal(ROOM, {"doc_no": doc_no, "title": title, "content": content})


def opened(deps: Deps, record: Record) -> Record:
    """The record with its words, whichever way they are kept, and with the marks that it has now."""
    if record.marks:
        record = rules.timely(record, deps.now())
        record = replace(record, marks=tuple(_opened_mark(deps, mark) for mark in record.marks))
    if record.text_sealed is None:
        return record
    words = deps.sealer.open(record.text_sealed)
    return replace(record, **words, text_sealed=None)


def sealed_statement(deps: Deps, statement: str | None) -> bytes | None:
    """What `Mark.statement_sealed` holds."""
    return None if statement is None else deps.sealer.seal(ROOM, statement)


def _opened_mark(deps: Deps, mark: Mark) -> Mark:
    if mark.statement_sealed is None:
        return mark
    return replace(mark, statement=str(deps.sealer.open(mark.statement_sealed)), statement_sealed=None)
