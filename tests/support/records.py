"""Records and subjects as an import would leave them, for tests that read."""

from datetime import date
from typing import Any

from backend.common import ids, periods
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.records.model import Record, Source
from backend.registry import service as registry
from backend.registry.model import Particulars, Subject
from schemas.terms import Category, Nature, Openness, Severity, SubjectKind
from tests.support.world import START


def make_record(**changes: Any) -> Record:
    """An adverse, restricted record of 2025 with both ends of its query period known; `changes` are its fields."""
    ended_on = changes.get("ended_on", date(2025, 3, 1))
    made: dict[str, Any] = {
        "id": ids.new_id(),
        "key": ids.new_code(),
        "digest": b"d" * 16,
        "subject_id": "s1",
        "item_code": "NO-SUCH-ITEM",
        "catalogue_year": 2026,
        "unit_code": "NO-SUCH-UNIT",
        "nature": Nature.ADVERSE,
        "category": Category.SUPERVISION,
        "openness": Openness.RESTRICTED,
        "severity": Severity.GENERAL,
        "doc_no": "(2025)沪001号",
        "title": "轨道交通逃票信息",
        "occurred_on": date(2025, 3, 1),
        "ended_on": ended_on,
        "content": {"place": "人民广场站"},
        "text_sealed": None,
        "public_until": None,
        "query_until": periods.query_until(ended_on),
        "source": Source("METRO", "b1", 2, START),
    }
    return Record(**made | changes)


def keep(deps: Deps, *records: Record) -> tuple[Record, ...]:
    """Put records into the database as they are."""
    deps.db["records"].insert_many([to_document(record) for record in records])
    return records


def keep_subject(deps: Deps, *, name: str, number: str, kind: SubjectKind = SubjectKind.PERSON) -> Subject:
    """A subject in the registry, its words sealed as the import seals them."""
    subject = registry.register(deps, Particulars(kind, name, number, None, None, "test", 1))
    assert subject is not None
    return subject
