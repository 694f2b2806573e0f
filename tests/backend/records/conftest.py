"""A unit's catalogue and one person on file, as imports and corrections need them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.common.documents import from_document
from backend.intake.quality import Quality
from backend.records import service
from backend.records.model import Record
from backend.registry.model import Subject
from tests.backend.catalogue.made import UNIT, content, item
from tests.support.people import COMMAND, NAME, NUMBER, resident


@pytest.fixture
def person(deps: Deps) -> Subject:
    catalogue.publish(deps, COMMAND, year=2026, items=[item()], units=[UNIT])
    return resident(deps)


def row(place: int = 1, /, **changes: Any) -> dict[str, Any]:
    made = {
        "item_code": "HRSS-P-09",
        "subject_number": NUMBER,
        "subject_name": NAME,
        "doc_no": f"沪人社监罚〔2026〕第{place}号",
        "title": "未按规定办理用工登记",
        "occurred_on": "2026-03-12",
        "ended_on": "2026-04-01",
        "content": content(),
    }
    return made | changes


def taken(deps: Deps, folder: Path, *rows: Mapping[str, Any], name: str = "a.jsonl") -> Quality:
    path = folder / name
    path.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    return service.import_records(deps, COMMAND, path=path, unit="HRSS")


def counts(quality: Quality) -> tuple[int, int, int, int]:
    return quality.new, quality.changed, quality.unchanged, quality.refused


def reasons(quality: Quality) -> dict[str, list[int]]:
    return {name: told["lines"] for name, told in quality.told()["refused_by_reason"].items()}


def records_of(deps: Deps) -> list[Record]:
    return [from_document(Record, document) for document in deps.db["records"].find({"tombstone": None})]


def the_record(deps: Deps) -> Record:
    (record,) = records_of(deps)
    return record
