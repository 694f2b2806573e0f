"""Units and items out of files."""

import json
from typing import Any

import pytest

from backend.catalogue.model import Unit
from backend.catalogue.rules import reading
from backend.catalogue.rules.reading import Unreadable, digest, item_of, read_rows, unit_of
from schemas.terms import FieldType, Severity, SubjectKind, UnitKind

UNIT_ROW = {"id": "HRSS", "name_zh": "人社局", "name_en": "Bureau", "kind": "municipal"}
ITEM_ROW: dict[str, Any] = {
    "code": "HRSS-P-09",
    "title_zh": "行政处罚信息",
    "title_en": "Penalties",
    "unit_code": "HRSS",
    "subject_kind": "person",
    "nature": "adverse",
    "category": "supervision",
    "openness": "public",
    "severity": "general",
    "query_years": 5,
    "display_months": 12,
    "basis": [{"document": "《办法》", "article": "第十二条"}],
    "fields": [
        {"name": "violation", "type": "text", "label_zh": "违法事实", "label_en": "What", "required": True}
    ],
}


def cells(row: dict[str, Any]) -> dict[str, str]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
        for name, value in row.items()
    }


def test_a_unit_is_read_from_a_csv_with_a_byte_order_mark() -> None:
    lines = ["\ufeffid,name_zh,name_en,kind\n", "HRSS,人社局,Bureau,municipal\n"]
    ((line, row),) = read_rows("units.csv", lines)
    assert (line, unit_of(row)) == (2, Unit("HRSS", "人社局", "Bureau", UnitKind.MUNICIPAL))


def test_an_item_is_the_same_from_csv_json_lines_and_yaml() -> None:
    row = cells(ITEM_ROW)
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in row.values())
    texts = {
        "c.csv": [",".join(row) + "\n", quoted + "\n"],
        "c.jsonl": [json.dumps(ITEM_ROW) + "\n", "\n"],
        "c.yaml": [json.dumps({"items": [ITEM_ROW]})],
    }
    read = [item_of(next(read_rows(name, lines))[1], year=2026, version=3) for name, lines in texts.items()]
    assert read[0] == read[1] == read[2]
    assert read[0].id == "2026.3.HRSS-P-09"
    assert read[0].severity is Severity.GENERAL
    assert read[0].fields[0].type is FieldType.TEXT
    assert read[0].subject_kind is SubjectKind.PERSON


@pytest.mark.parametrize(
    ("name", "lines", "line"),
    [
        ("units.xls", [""], None),
        ("units.csv", ["id,name_zh\n", "HRSS\n"], 2),
        ("units.csv", ["id,name_zh\n", 'HRSS,"人\n'], 2),
        ("units.jsonl", ["{}\n", "{nonsense\n"], 2),
        ("units.jsonl", ["[1]\n"], 1),
        ("units.yaml", ["a: [\n"], None),
        ("units.yaml", ["a: 1\n"], None),
        ("units.yaml", ["- 1\n"], None),
    ],
)
def test_an_unreadable_file_tells_the_line(name: str, lines: list[str], line: int | None) -> None:
    with pytest.raises(Unreadable) as refused:
        list(read_rows(name, lines))
    assert line is None or refused.value.line == line


@pytest.mark.parametrize(
    "changed",
    [
        {"nature": "bad"},
        {"query_years": "many"},
        {"query_years": 2.5},
        {"withdrawable": "perhaps"},
        {"fields": "[{"},
        {"fields": 5},
        {"fields": [{"name": "violation"}]},
        {"fields": [{"name": "violation", "type": "poem", "label_zh": "a", "label_en": "b"}]},
        {"basis": None},
        {"colour": "red"},
        {"title_zh": 7},
    ],
)
def test_a_row_that_is_no_item_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises((Unreadable, json.JSONDecodeError)):
        item_of(ITEM_ROW | changed, year=2026, version=1)


@pytest.mark.parametrize(
    ("cell", "lasts"), [(True, True), ("是", True), ("no", False), ("", False), (None, False)]
)
def test_whether_it_lasts_is_read_and_nothing_is_no(cell: object, lasts: bool) -> None:
    assert item_of(ITEM_ROW | {"lasts": cell}, year=2026, version=1).lasts is lasts
    assert not item_of(ITEM_ROW, year=2026, version=1).lasts


def test_the_digest_does_not_depend_on_order_year_or_version() -> None:
    one, other = ITEM_ROW, ITEM_ROW | {"code": "HRSS-P-10"}
    first = digest([item_of(one, year=2026, version=1), item_of(other, year=2026, version=1)])
    assert first == digest([item_of(other, year=2027, version=4), item_of(one, year=2027, version=4)])
    assert first != digest([item_of(one | {"title_zh": "其他"}, year=2026, version=1)])


def test_the_demonstration_files_are_read_whole() -> None:
    assert len(reading.demonstration_units()) >= 25
    assert len(reading.demonstration_items()) >= 70
