"""What is on record about the city's people."""

from collections import Counter
from datetime import date, timedelta

import pytest

from backend.catalogue.rules.content import Checker
from backend.common import periods
from backend.demo.model import Fate, Line
from backend.demo.rules import cast, chance, people
from backend.demo.rules.history import RECORDS_OF_ENTITY, RECORDS_OF_RESIDENT, Historian
from backend.records.service.checking import MOST_CHARACTERS
from schemas.terms import Category, Nature, SubjectKind
from tests.backend.catalogue.test_demonstration import PERSONS
from tests.backend.demo.conftest import FOUNDED_ON, ITEMS

RESIDENTS = 3_000


@pytest.fixture(scope="module")
def of_persons(historian: Historian) -> list[Line]:
    return [
        line
        for place in range(RESIDENTS)
        for line in historian.of(people.resident(1, place), 1, "resident", place)
    ]


@pytest.mark.parametrize("code", ITEMS)
def test_what_is_written_of_an_item_may_enter_a_record(historian: Historian, code: str) -> None:
    item = ITEMS[code]
    checker = Checker(item, today=FOUNDED_ON)
    person = item.subject_kind is SubjectKind.PERSON
    for place in range(25):
        member = people.resident(2, place) if person else people.entity(2, place, FOUNDED_ON)
        ended_on = None if place % 2 else date(2024, 2, 29)
        drawn = chance.of("test", code, place)
        line = historian.line(member, item, (date(2020, 2, 29), ended_on), place, drawn, None)
        assert checker.problems(line.content) == ()
        for name, text in (("title", line.title), ("doc_no", line.doc_no)):
            assert checker.text_problems(name, text) == ()
            assert 0 < len(text) <= MOST_CHARACTERS[name]


def test_records_are_as_many_and_of_the_kinds_that_the_report_of_2018_counts(of_persons: list[Line]) -> None:
    counted = Counter(ITEMS[line.item_code].category for line in of_persons)
    assert len(of_persons) / RESIDENTS == pytest.approx(RECORDS_OF_RESIDENT, rel=0.05)
    for category in Category:
        expected = PERSONS[category] / sum(PERSONS.values())
        assert counted[category] / len(of_persons) == pytest.approx(expected, rel=0.15, abs=0.0015)


def test_entities_have_their_share_of_the_records(historian: Historian) -> None:
    entities = [people.entity(1, place, FOUNDED_ON) for place in range(1_500)]
    lines = [line for place, one in enumerate(entities) for line in historian.of(one, 1, "entity", place)]
    assert len(lines) / len(entities) == pytest.approx(RECORDS_OF_ENTITY, rel=0.1)
    beside = RECORDS_OF_ENTITY / people.RESIDENTS_FOR_AN_ENTITY
    assert beside / RECORDS_OF_RESIDENT == pytest.approx(11.3 / 310)


def test_some_windows_are_over_some_nearly_and_some_have_not_begun(of_persons: list[Line]) -> None:
    limited = [line for line in of_persons if ITEMS[line.item_code].query_years]
    over = periods.add_years(FOUNDED_ON, -5)
    ended = [line.ended_on for line in limited if line.ended_on]
    shares = {
        "over": sum(day < over for day in ended) / len(limited),
        "nearly": sum(over <= day < over + timedelta(days=60) for day in ended) / len(limited),
        "going on": sum(line.ended_on is None for line in limited if ITEMS[line.item_code].lasts)
        / len(limited),
    }
    assert all(0.02 < share < 0.3 for share in shares.values()), shares


def test_what_ends_with_itself_takes_a_day_and_some_units_leave_its_end_empty(of_persons: list[Line]) -> None:
    momentary = [line for line in of_persons if ITEMS[line.item_code].momentary]
    assert {line.ended_on for line in momentary if line.ended_on != line.occurred_on} == {None}
    assert 0.05 < sum(line.ended_on is None for line in momentary) / len(momentary) < 0.3


def test_a_penalty_is_decided_after_the_offence(of_persons: list[Line]) -> None:
    decided = [
        (line.occurred_on, date.fromisoformat(line.content["decided_on"]))
        for line in of_persons
        if ITEMS[line.item_code].momentary and ITEMS[line.item_code].decided_in == "decided_on"
    ]
    later = [day for happened, day in decided if day > happened]
    assert len(later) > 0.9 * len(decided) > 0
    assert all(happened <= day <= FOUNDED_ON for happened, day in decided)


def test_nothing_happened_before_somebody_was_of_age_or_in_the_future(of_persons: list[Line]) -> None:
    for line in of_persons:
        assert line.subject.since <= line.occurred_on <= FOUNDED_ON
        assert line.ended_on is None or line.ended_on >= line.occurred_on


def test_trouble_falls_on_a_part_of_the_people(of_persons: list[Line]) -> None:
    troubled = {line.subject.number for line in of_persons if ITEMS[line.item_code].nature is Nature.ADVERSE}
    assert 0.1 < len(troubled) / RESIDENTS < 0.35


def test_things_happen_to_adverse_records_only(of_persons: list[Line]) -> None:
    changed = [line for line in of_persons if line.fate]
    assert {line.fate for line in changed} == {Fate.DISSENTED, Fate.HIDDEN}
    assert all(ITEMS[line.item_code].nature is Nature.ADVERSE for line in changed)
    assert any(line.subject.name in line.title for line in of_persons)


def test_a_document_number_is_a_persons_once(of_persons: list[Line]) -> None:
    keys = Counter((line.subject.number, line.item_code, line.doc_no) for line in of_persons)
    assert keys.most_common(1)[0][1] == 1


def test_the_resident_with_everything_has_every_fate(historian: Historian) -> None:
    full = next(part for part in cast.parts(faces=False) if part.shows == cast.FULL)
    lines = list(cast.lines(full, historian, FOUNDED_ON))
    assert len(lines) == len(cast._SCENES)
    assert {line.fate for line in lines} == {None, *Fate}
    assert any(line.ended_on and line.ended_on < periods.add_years(FOUNDED_ON, -5) for line in lines)
    assert any(full.member.name in line.title for line in lines)
