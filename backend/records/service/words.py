"""The provider's words of a record: kept sealed where they carry the person's own name, opened only when shown."""

from dataclasses import replace
from typing import Any

from backend.common.deps import Deps
from backend.records.model import Record

ROOM = "records"


def sealed_words(deps: Deps, *, doc_no: str, title: str, content: dict[str, Any]) -> bytes:
    """What `Record.text_sealed` holds instead of the plain document number, title and content."""
    return deps.sealer.seal(ROOM, {"doc_no": doc_no, "title": title, "content": content})


def opened(deps: Deps, record: Record) -> Record:
    """The record with its words, whichever way they are kept."""
    if record.text_sealed is None:
        return record
    words = deps.sealer.open(record.text_sealed)
    return replace(record, **words, text_sealed=None)
