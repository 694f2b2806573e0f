"""What the documentation says about time limits is what the data says."""

import re

import pytest

from backend.clocks import service
from backend.clocks.model import Limit
from schemas.terms import DayUnit, SourceMark
from tests.support import limits
from tests.support.processes import ROOT

DOCUMENT = (ROOT / "docs" / "clocks.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines() if line[:1] == "|"
]
# DOMAIN 3, and the rules of this service.
DAYS = {
    "mark": 1,
    "compare": 2,
    "decide": 5,
    "forward": 2,
    "finding": 5,
    "supplement": 10,
    "dissent": 5,
    "erase": 3,
    "hide": 3,
    "withdraw": 2,
    "publish": 7,
    "restoration_accept": 3,
    "restoration_feedback": 10,
    "question_answer": 15,
    "contest_answer": 10,
}


def test_the_limits_in_force_are_those_of_the_law() -> None:
    assert {name: limit.days for name, limit in service.limits().items()} == DAYS
    assert {limit.unit for limit in service.limits().values()} == {DayUnit.WORKING}
    by_rule = {name for name, limit in service.limits().items() if limit.source_mark is SourceMark.SERVICE}
    assert by_rule == {"supplement", "dissent", "question_answer", "contest_answer"}


@pytest.mark.parametrize("limit", service.limits().values(), ids=lambda limit: limit.name)
def test_the_table_of_clocks_says_what_is_in_force(limit: Limit) -> None:
    said = [
        f"`{limit.name}`",
        f"{limit.label.zh} {limit.label.en}",
        str(limit.days),
        f"{limit.runs_from.zh} {limit.runs_from.en}",
        limit.basis.zh,
        limit.source_mark.value,
    ]
    assert said in ROWS


@pytest.mark.parametrize("place", limits.PLACES[1:])
def test_the_table_of_other_places_says_what_the_pack_holds(place: str) -> None:
    loaded = limits.limit_set(place)
    for limit in loaded.limits.values():
        unit = "working" if limit.unit is DayUnit.WORKING else "calendar"
        extension = f"+{limit.extension_days}" if limit.extension_days else ""
        said = [f"`{limit.name}`", f"{limit.days} {unit}", extension, limit.basis.zh, limit.source_mark.value]
        assert [f"{loaded.label.zh} {loaded.label.en}", *said] in ROWS


@pytest.mark.parametrize("place", limits.PLACES)
def test_every_limit_is_said_in_both_languages_with_its_article(place: str) -> None:
    for limit in limits.limit_set(place).limits.values():
        for text in (limit.label, limit.runs_from, limit.basis):
            assert text.zh
            assert text.en
        assert re.search(r"[\u4e00-\u9fff]", limit.label.zh)
