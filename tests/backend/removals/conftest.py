"""A verified resident with an adverse record and a good deed, handed in by a unit, and the people of the desk."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.catalogue.model import FieldSpec
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import from_document
from backend.intake.quality import Quality
from backend.records import service as records
from backend.records.model import Record
from schemas.terms import Category, Channel, FieldType, Nature, Role
from tests.backend.catalogue.made import FIELDS, UNIT, content, item
from tests.support.people import COMMAND, NAME, NUMBER, bound
from tests.support.people import verified as verify

GOOD_ITEM = item(
    id="2026.1.HRSS-P-20",
    code="HRSS-P-20",
    title_zh="志愿服务信息",
    title_en="Volunteering",
    nature=Nature.OTHER,
    category=Category.PUBLIC_WELFARE,
    severity=None,
    display_months=None,
    withdrawable=True,
    fields=(FieldSpec("place", FieldType.TEXT, "地点", "Place"),),
)
ITEM = item(fields=(*FIELDS, FieldSpec("place", FieldType.TEXT, "地点", "Place")))
STEWARD = Actor("staff-1", Role.DATA_STEWARD, Channel.CONSOLE, name="沈清")
PROVIDER = Actor("staff-2", Role.PROVIDER, Channel.CONSOLE, name="顾言", unit="HRSS")
ELSEWHERE = Actor("staff-3", Role.PROVIDER, Channel.CONSOLE, name="别处", unit="METRO")
NOTICE: dict[str, Any] = {
    "document_no": "沪府复决〔2026〕第88号",
    "noticed_on": "2026-11-19",
    "reason": "经行政复议，原决定认定事实不清，予以撤销。",
}
Take = Callable[..., Quality]


def adverse(**changes: Any) -> dict[str, Any]:
    made = {
        "item_code": "HRSS-P-09",
        "subject_number": NUMBER,
        "subject_name": NAME,
        "doc_no": "沪人社监罚〔2026〕第4471号",
        "title": f"对{NAME}扣押务工人员证件的处罚",
        "occurred_on": "2026-02-17",
        "ended_on": "2026-02-18",
        "content": content(
            violation="于静安区某工地扣押务工人员证件",
            fine_fen=98_765_432_101,
            decided_on="2026-02-16",
            place="静安区某工地东门",
        ),
    }
    return made | changes


def good(**changes: Any) -> dict[str, Any]:
    return (
        adverse(
            item_code="HRSS-P-20",
            doc_no="沪志愿〔2026〕第12号",
            title="社区疫苗接种志愿服务",
            occurred_on="2026-05-01",
            ended_on="2026-05-02",
            content={"place": "徐汇区某街道"},
        )
        | changes
    )


@pytest.fixture
def take(deps: Deps, tmp_path: Path) -> Take:
    def taken(*rows: Mapping[str, Any], name: str = "a.jsonl") -> Quality:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
        return records.import_records(deps, COMMAND, path=path, unit="HRSS")

    return taken


@pytest.fixture
def me(deps: Deps, take: Take) -> Actor:
    """Verified; both rows are in."""
    catalogue.publish(deps, COMMAND, year=2026, items=[ITEM, GOOD_ITEM], units=[UNIT])
    actor = verify(deps, bound(deps))
    quality = take(adverse(), good())
    assert (quality.new, quality.refused) == (2, 0), quality.told()
    return actor


def held(deps: Deps, nature: Nature) -> Record:
    (found,) = deps.db["records"].find({"nature": nature.value})
    return from_document(Record, found)


@pytest.fixture
def bad(deps: Deps, me: Actor) -> Record:
    return held(deps, Nature.ADVERSE)


@pytest.fixture
def deed(deps: Deps, me: Actor) -> Record:
    return held(deps, Nature.OTHER)
