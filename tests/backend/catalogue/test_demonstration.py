"""The demonstration catalogue: real units and kinds of item, in the proportions of the operating report of 2018."""

from collections import Counter

import pytest

from backend.catalogue.rules import reading
from backend.catalogue.rules.items import item_problems
from schemas.terms import Category, Nature, Openness, Severity, SubjectKind, UnitKind

UNITS = [reading.unit_of(row) for row in reading.demonstration_units()]
ITEMS = [reading.item_of(row, year=2026, version=1) for row in reading.demonstration_items()]

# DOMAIN 1, S0's table of directly collected data (persons 2018; public welfare and management 2017).
PERSONS = {
    Category.REGISTRATION: 1_028_033,
    Category.QUALIFICATION: 215_221,
    Category.SUPERVISION: 36_440,
    Category.JUDGMENT: 72_134,
    Category.ENFORCEMENT: 441_962,
    Category.PERFORMANCE: 385,
    Category.MANAGEMENT: 1_217,
    Category.PUBLIC_WELFARE: 82_870,
}


def test_every_item_may_be_published() -> None:
    known = {unit.id for unit in UNITS}
    assert {item.code: item_problems(item, known) for item in ITEMS if item_problems(item, known)} == {}


def test_codes_are_unique_and_name_their_unit_and_subject() -> None:
    assert len({item.code for item in ITEMS}) == len(ITEMS)
    for item in ITEMS:
        letter = "P" if item.subject_kind is SubjectKind.PERSON else "E"
        assert item.code.startswith(f"{item.unit_code}-{letter}-")


def test_it_is_as_rich_as_promised() -> None:
    assert len(ITEMS) >= 70
    assert len({item.unit_code for item in ITEMS}) >= 25
    assert {unit.kind for unit in UNITS} == set(UnitKind)
    assert {item.nature for item in ITEMS} == set(Nature)
    assert {item.openness for item in ITEMS} == set(Openness)
    assert {item.severity for item in ITEMS} == {None, *Severity}
    for kind in SubjectKind:
        assert {item.category for item in ITEMS if item.subject_kind is kind} == set(Category)


def test_all_sixteen_districts_are_there() -> None:
    assert sum(unit.kind is UnitKind.DISTRICT for unit in UNITS) == 16


def test_weights_add_up_to_the_report_of_2018() -> None:
    weights: Counter[Category] = Counter()
    for item in ITEMS:
        if item.subject_kind is SubjectKind.PERSON:
            weights[item.category] += item.weight
    assert weights == PERSONS


def test_every_unit_and_item_says_where_it_is_from() -> None:
    assert all(unit.source for unit in UNITS)
    assert all(item.source and item.basis[0].document.startswith("《") for item in ITEMS)


@pytest.mark.parametrize(
    "words",
    [
        "社会保险费欠缴",
        "逃票",
        "强制执行",
        "失信被执行人",
        "一般程序",
        "许可",
        "表彰",
        "志愿服务",
        "无偿献血",
        "判决",
        "电费",
        "图书馆",
    ],
)
def test_the_kinds_named_in_the_seeds_are_there(words: str) -> None:
    assert any(words in item.title_zh for item in ITEMS)


def test_an_adverse_item_lasts_where_its_content_says_how_it_stands_or_ended() -> None:
    """Paid, performed, corrected, taken out, until; beside them what goes on against the rules until it is stopped."""
    told = {"settled", "performed", "corrected_on", "delisted_on", "to_on"}
    adverse = [item for item in ITEMS if item.nature is Nature.ADVERSE]
    lasting = {item.code for item in adverse if told & {spec.name for spec in item.fields}}
    assert {item.code for item in adverse if item.lasts} == lasting | {"HOUSEADM-P-01", "EDU-E-01"}
    assert not any(item.lasts for item in adverse if item.disclosed)


def test_every_item_says_whether_it_lasts() -> None:
    assert all("lasts" in row for row in reading.demonstration_items())


def test_only_good_deeds_may_be_withdrawn() -> None:
    assert all(item.category is Category.PUBLIC_WELFARE for item in ITEMS if item.withdrawable)
