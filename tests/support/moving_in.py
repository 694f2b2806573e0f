"""Residents who are put on file beside a running service, most with an adverse record; by the commands that operators have."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.city import City
from tests.support.pictures import picture
from tests.support.walking import Walker

UNIT, ITEM = "HRSS", "HRSS-P-03"
DISTRICT = "310101"


@dataclass(frozen=True)
class Newcomer(Walker):
    """`photos`: on file, for their face; `has_record`: whether anything is known about them."""

    photos: tuple[str, ...] = ()
    has_record: bool = True

    @property
    def doc_no(self) -> str:
        """Of the record about them."""
        return f"沪人社催字〔2026〕第{self.phone[-4:]}号"


def move_in(city: City, folder: Path, people: Sequence[Newcomer]) -> None:
    put_on_file(city, folder, people)
    put_on_record(city, folder, [one for one in people if one.has_record])


def put_on_file(city: City, folder: Path, people: Sequence[Newcomer]) -> None:
    rows = [f"person,{one.name},{one.number},{one.phone},{DISTRICT},{';'.join(one.photos)}" for one in people]
    subjects = folder / "subjects.csv"
    subjects.write_text("\n".join(("kind,name,number,phone,district,photo", *rows, "")), encoding="utf-8-sig")
    photos = next((picture(name).parent for one in people for name in one.photos), folder)
    city.manage("import-subjects", str(subjects), "--photos", str(photos))


def put_on_record(city: City, folder: Path, people: Sequence[Newcomer]) -> None:
    """Contributions that they did not pay for a while."""
    item = httpx.get(f"{city.site}/api/v1/catalogue/items/{ITEM}").json()
    content = {field["name"]: _example(field) for field in item["fields"] if field["required"]}
    rows = [
        {
            "item_code": ITEM, "subject_number": one.number, "subject_name": one.name, "doc_no": one.doc_no,
            "title": f"责令{one.name}限期缴纳社会保险费", "occurred_on": "2026-03-02", "ended_on": "2026-06-30",
            "content": content,
        }
        for one in people
    ]  # fmt: skip
    records = folder / "records.jsonl"
    records.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    report = folder / "quality.json"
    city.manage("import-records", str(records), "--unit", UNIT, "--report", str(report))
    quality = json.loads(report.read_text())
    assert quality["accepted"] == len(rows), quality


def _example(field: dict[str, Any]) -> object:
    choices = field.get("choices")
    if isinstance(choices, list) and choices:
        return choices[0]["value"] if isinstance(choices[0], dict) else choices[0]
    return {"money_fen": 120_000, "number": 3, "date": "2026-03-02", "yes_no": True}.get(
        str(field["type"]), "第三季度"
    )
