from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common import periods
from backend.records import rules
from backend.records.model import Mark
from schemas.terms import FieldType, Nature, Openness, RecordMark, Severity
from schemas.text import Text
from tests.support.records import make_record
from tests.support.world import START

MILLISECOND = timedelta(milliseconds=1)
instants = st.integers(0, 20_000 * 24).map(
    lambda hours: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)
maybe = st.none() | instants


@pytest.mark.parametrize(
    ("ended_on", "first_gone"),
    [
        (date(2021, 11, 20), datetime(2026, 11, 20, 16, tzinfo=UTC)),
        (date(2020, 2, 29), datetime(2025, 2, 28, 16, tzinfo=UTC)),  # no 29 February in 2025
        (date(2019, 2, 28), datetime(2024, 2, 28, 16, tzinfo=UTC)),  # the 29th of 2024 is one day too many
        (date(2024, 12, 31), datetime(2029, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_a_record_is_shown_until_the_last_instant_of_its_query_period(
    ended_on: date, first_gone: datetime
) -> None:
    record = make_record(ended_on=ended_on)
    assert rules.visible(record, first_gone - MILLISECOND)
    assert not rules.visible(record, first_gone)


@pytest.mark.parametrize(
    ("document_on", "months", "first_gone"),
    [
        (date(2026, 8, 31), 3, datetime(2026, 11, 30, 16, tzinfo=UTC)),  # no 31 November
        (date(2024, 2, 29), 12, datetime(2025, 2, 28, 16, tzinfo=UTC)),
        (date(2023, 11, 30), 3, datetime(2024, 2, 29, 16, tzinfo=UTC)),
        (date(2026, 11, 21), 36, datetime(2029, 11, 21, 16, tzinfo=UTC)),
    ],
)
def test_public_pages_show_a_record_until_the_last_instant_of_its_display_period(
    document_on: date, months: int, first_gone: datetime
) -> None:
    until = periods.public_until(document_on, months=months)
    record = make_record(openness=Openness.PUBLIC, public_until=until, query_until=None)
    assert rules.publicly_visible(record, first_gone - MILLISECOND)
    assert not rules.publicly_visible(record, first_gone)
    assert rules.visible(record, first_gone)


@pytest.mark.parametrize("reason", ["hidden_at", "suspended_at"])
def test_a_hidden_or_suspended_record_is_shown_to_nobody(reason: str) -> None:
    record = make_record(openness=Openness.PUBLIC, **{reason: START - timedelta(days=1)})
    assert not rules.visible(record, START)
    assert not rules.publicly_visible(record, START)


def test_an_act_that_has_not_ended_is_shown_without_a_limit() -> None:
    assert rules.visible(make_record(ended_on=None), datetime(2200, 1, 1, tzinfo=UTC))


def test_a_marked_record_stays_visible() -> None:
    assert rules.visible(make_record(marks=(Mark(RecordMark.CONTESTED, START),)), START)


@given(maybe, maybe, maybe, maybe, st.sampled_from(Openness), instants)
def test_what_is_public_is_visible_and_nothing_comes_back_once_it_is_gone(
    public_until: Any, query_until: Any, hidden_at: Any, suspended_at: Any, openness: Openness, at: datetime
) -> None:
    record = make_record(
        public_until=public_until,
        query_until=query_until,
        hidden_at=hidden_at,
        suspended_at=suspended_at,
        openness=openness,
    )
    if rules.publicly_visible(record, at):
        assert rules.visible(record, at)
        assert openness is Openness.PUBLIC
    for shown in (rules.visible, rules.publicly_visible):
        assert shown(record, at) or not shown(record, at + timedelta(days=400))


@given(maybe, maybe, st.sampled_from(Openness), instants)
def test_the_next_forgetting_lies_ahead_and_changes_what_is_shown(
    public_until: Any, query_until: Any, openness: Openness, at: datetime
) -> None:
    record = make_record(public_until=public_until, query_until=query_until, openness=openness)
    soon = rules.next_forgetting(record, at)
    if soon is not None:
        before = (rules.visible(record, at), rules.publicly_visible(record, at))
        after = (rules.visible(record, soon), rules.publicly_visible(record, soon))
        assert soon > at
        assert before != after or not rules.visible(record, at)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"nature": Nature.OTHER}, rules.NOT_ADVERSE),
        ({"ended_on": None}, rules.NOT_ENDED),
        ({"severity": None}, rules.NO_FIXED_PERIOD),
    ],
)
def test_without_a_day_of_restoration_the_reason_is_given(changes: Any, expected: rules.Restoration) -> None:
    assert rules.restoration(make_record(**changes)) == expected


@pytest.mark.parametrize(
    ("severity", "occurred_on", "ended_on", "earliest"),
    [
        (Severity.MINOR, date(2025, 3, 1), date(2025, 3, 1), date(2025, 3, 1)),
        (Severity.GENERAL, date(2025, 11, 30), date(2025, 11, 30), date(2026, 2, 28)),
        (Severity.SERIOUS, date(2024, 2, 29), date(2024, 2, 29), date(2025, 2, 28)),
        (
            Severity.GENERAL,
            date(2025, 3, 1),
            date(2026, 1, 1),
            date(2026, 1, 1),
        ),  # not before the act has ended
    ],
)
def test_restoration_waits_for_the_shortest_display_and_the_end_of_the_act(
    severity: Severity, occurred_on: date, ended_on: date, earliest: date
) -> None:
    record = make_record(severity=severity, occurred_on=occurred_on, ended_on=ended_on)
    assert rules.restoration(record).earliest_on == earliest


@pytest.mark.parametrize(
    ("document_on", "ended_on", "earliest"),
    [
        (date(2025, 11, 30), date(2025, 3, 1), date(2026, 2, 28)),  # later than what it is about
        (date(2025, 11, 30), date(2026, 3, 1), date(2026, 3, 1)),
        (date(2025, 2, 10), date(2025, 3, 1), date(2025, 5, 10)),  # earlier: an order that was not followed
    ],
)
def test_the_shortest_display_counts_from_the_documents_date(
    document_on: date, ended_on: date, earliest: date
) -> None:
    record = make_record(occurred_on=date(2025, 3, 1), ended_on=ended_on, document_on=document_on)
    assert rules.restoration(record).earliest_on == earliest


def test_records_stand_newest_first_and_the_same_day_in_a_fixed_order() -> None:
    older, one, other = (
        make_record(occurred_on=date(2025, 1, 1), id="z"),
        make_record(occurred_on=date(2025, 2, 1), id="a"),
        make_record(occurred_on=date(2025, 2, 1), id="b"),
    )
    assert (
        rules.newest_first([older, one, other])
        == rules.newest_first([other, older, one])
        == (other, one, older)
    )


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FieldType.MONEY_FEN, 123456, Text("1,234.56 元", "CNY 1,234.56")),
        (FieldType.MONEY_FEN, 5, Text("0.05 元", "CNY 0.05")),
        (FieldType.YES_NO, False, Text("否", "No")),
        (FieldType.CHOICE, "fine", Text("罚款", "Fine")),
        (FieldType.CHOICE, "unknown", Text("unknown", "unknown")),
        (FieldType.DATE, "2025-03-01", Text("2025-03-01", "2025-03-01")),
        (FieldType.NUMBER, 2.5, Text("2.5", "2.5")),
    ],
)
def test_a_value_is_told_as_people_read_it(kind: FieldType, value: Any, words: Text) -> None:
    assert rules.worded(kind, value, {"fine": Text("罚款", "Fine")}) == words


def test_a_plain_number_is_folded_as_any_other_is() -> None:
    """Most take a shorter way; an unseen character makes them take the longer one."""
    for character in map(chr, (*range(0x20, 0x7F), *range(0x4E00, 0x9FA6), *map(ord, "〔〕（）［］①Ａａ"))):
        assert rules.folded_number(character) == rules.folded_number(character + "\u200b"), character
