"""From which days the two windows of a record and its earliest restoration count (Regulation 35, Measures 27, NDRC Order 36)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.records import rules, service
from backend.records.model import Correction, Record
from schemas.terms import Nature, Openness
from schemas.text import Text
from tests.backend.catalogue.made import UNIT, content, item
from tests.backend.records.conftest import counts, records_of, row, taken, the_record
from tests.support.people import COMMAND, NAME, refused, resident
from tests.support.world import Clock

PENALTY: dict[str, Any] = {"disclosed": True, "decided_in": "decided_on"}
WHY = Text("经异议处理更正", "Corrected after an objection")


def until(day: date) -> datetime:
    """24:00 of the day in Shanghai."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def correct(deps: Deps, **named: Any) -> Record:
    correction = Correction(**named)
    return service.correct(deps, COMMAND, record=the_record(deps), correction=correction, reason=WHY)


@pytest.fixture
def penalties(deps: Deps) -> Deps:
    """It happened on 12 March, ended on 1 April, and a penalty for it was decided on 20 June."""
    catalogue.publish(deps, COMMAND, year=2026, items=[item(**PENALTY)], units=[UNIT])
    resident(deps)
    return deps


class TestTheDocumentsDate:
    def test_display_and_restoration_count_from_it_and_the_query_period_from_the_end(
        self, penalties: Deps, tmp_path: Path
    ) -> None:
        taken(penalties, tmp_path, row(content=content(decided_on="2026-06-20")))
        record = the_record(penalties)
        assert (record.occurred_on, record.document_on) == (date(2026, 3, 12), date(2026, 6, 20))
        assert record.public_until == until(date(2027, 6, 20))
        assert record.query_until == until(date(2031, 4, 1))
        assert rules.restoration(record).earliest_on == date(2026, 9, 20)

    def test_it_is_known_where_the_words_are_sealed(self, penalties: Deps, tmp_path: Path) -> None:
        sealed = row(title=f"对{NAME}的处罚", content=content(decided_on="2026-06-20"))
        taken(penalties, tmp_path, sealed)
        record = the_record(penalties)
        assert (record.content, record.document_on) == ({}, date(2026, 6, 20))
        assert rules.restoration(record).earliest_on == date(2026, 9, 20)

    def test_each_row_of_a_file_has_its_own(self, penalties: Deps, tmp_path: Path) -> None:
        days = ("2026-06-20", "2026-03-12", "2026-06-20", "2026-07-31")
        rows = [row(place, content=content(decided_on=day)) for place, day in enumerate(days)]
        taken(penalties, tmp_path, *rows)
        found = [one.public_until for one in sorted(records_of(penalties), key=lambda one: one.source.line)]
        assert found == [until(date.fromisoformat(day).replace(year=2027)) for day in days]

    def test_a_row_that_leaves_it_out_counts_from_the_day_it_happened(
        self, deps: Deps, tmp_path: Path
    ) -> None:
        optional = tuple(
            type(spec)(spec.name, spec.type, spec.label_zh, spec.label_en, choices=spec.choices)
            for spec in item().fields
        )
        catalogue.publish(deps, COMMAND, year=2026, items=[item(**PENALTY, fields=optional)], units=[UNIT])
        resident(deps)
        taken(deps, tmp_path, row(content={"violation": "未按规定办理登记"}))
        record = the_record(deps)
        assert (record.document_on, record.public_until) == (None, until(date(2027, 3, 12)))
        assert rules.restoration(record).earliest_on == date(2026, 6, 12)

    def test_an_item_that_names_no_field_counts_from_the_day_it_happened(
        self, deps: Deps, person: object, tmp_path: Path
    ) -> None:
        taken(deps, tmp_path, row(content=content(decided_on="2026-06-20")))
        record = the_record(deps)
        assert (record.document_on, record.public_until) == (None, until(date(2027, 3, 12)))

    def test_a_correction_of_it_moves_display_and_restoration(self, penalties: Deps, tmp_path: Path) -> None:
        taken(penalties, tmp_path, row(content=content(decided_on="2026-06-20")))
        after = correct(penalties, content={"decided_on": "2026-05-31"})
        assert after.document_on == date(2026, 5, 31)
        assert (after.public_until, after.query_until) == (until(date(2027, 5, 31)), until(date(2031, 4, 1)))
        assert rules.restoration(after).earliest_on == date(2026, 8, 31)
        assert after == service.opened(penalties, the_record(penalties))

    def test_a_correction_of_the_day_it_happened_moves_neither(self, penalties: Deps, tmp_path: Path) -> None:
        taken(penalties, tmp_path, row(content=content(decided_on="2026-06-20")))
        before = the_record(penalties)
        after = correct(penalties, occurred_on=date(2026, 1, 15))
        assert after.occurred_on == date(2026, 1, 15)
        assert (after.public_until, after.query_until) == (before.public_until, before.query_until)
        assert rules.restoration(after) == rules.restoration(before)

    def test_a_providers_correction_of_it_moves_them_too(
        self, penalties: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        taken(penalties, tmp_path, row(content=content(decided_on="2026-06-20")))
        clock.advance(days=1)
        taken(penalties, tmp_path, row(content=content(decided_on="2026-05-31")), name="b.jsonl")
        record = the_record(penalties)
        assert record.public_until == until(date(2027, 5, 31))
        assert rules.restoration(record).earliest_on == date(2026, 8, 31)


class TestWhatEndsWithItself:
    def test_its_five_years_run_from_the_day_it_happened(
        self, deps: Deps, person: object, tmp_path: Path, clock: Clock
    ) -> None:
        """The fault: a fare not paid in 2015, its end left empty, was shown for ever and never to be restored."""
        taken(deps, tmp_path, row(1, occurred_on="2015-01-01", ended_on=None))
        taken(deps, tmp_path, row(2, occurred_on="2021-11-21", ended_on=""), name="b.jsonl")
        old, last = sorted(records_of(deps), key=lambda one: one.occurred_on)
        assert (old.ended_on, old.query_until) == (date(2015, 1, 1), until(date(2020, 1, 1)))
        assert (last.ended_on, last.query_until) == (date(2021, 11, 21), until(date(2026, 11, 21)))
        assert [one.id for one in service.of_subject(deps, last.subject_id)] == [last.id]
        assert rules.restoration(last).earliest_on == date(2022, 2, 21)
        clock.set(until(date(2026, 11, 21)))
        assert service.of_subject(deps, last.subject_id) == ()

    def test_an_end_that_its_unit_names_holds(self, deps: Deps, person: object, tmp_path: Path) -> None:
        taken(deps, tmp_path, row(ended_on="2026-04-01"))
        assert the_record(deps).query_until == until(date(2031, 4, 1))

    def test_with_and_without_an_end_of_that_day_it_is_the_same_row(
        self, deps: Deps, person: object, tmp_path: Path, clock: Clock
    ) -> None:
        taken(deps, tmp_path, row(ended_on=None))
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(ended_on="2026-03-12"), name="b.jsonl")) == (0, 0, 1, 0)
        correct(deps, title="更正后的标题")
        clock.advance(days=1)
        undone = taken(deps, tmp_path, row(ended_on=None), row(2, ended_on=None), name="c.jsonl")
        assert counts(undone) == (1, 0, 1, 0)

    def test_what_lasts_has_not_ended_and_what_is_not_adverse_is_as_its_unit_says(
        self, deps: Deps, person: object, tmp_path: Path
    ) -> None:
        lasting = item(code="HRSS-P-10", lasts=True)
        judgment = item(
            code="HRSS-P-11",
            nature=Nature.OTHER,
            severity=None,
            openness=Openness.RESTRICTED,
            display_months=None,
        )
        catalogue.publish(deps, COMMAND, year=2026, items=[item(), lasting, judgment])
        open_rows = [row(item_code=one.code, ended_on=None) for one in (lasting, judgment)]
        taken(deps, tmp_path, *open_rows)
        assert [(one.ended_on, one.query_until) for one in records_of(deps)] == [(None, None)] * 2

    def test_a_correction_of_its_day_moves_its_end_along(
        self, deps: Deps, person: object, tmp_path: Path
    ) -> None:
        taken(deps, tmp_path, row(ended_on=None))
        for day in (date(2026, 5, 4), date(2026, 2, 1)):
            after = correct(deps, occurred_on=day)
            assert (after.occurred_on, after.ended_on) == (day, day)
            assert after.query_until == until(day.replace(year=2031))
        after = correct(deps, ended_on=date(2026, 3, 1))
        assert after.query_until == until(date(2031, 3, 1))
        assert correct(deps, occurred_on=date(2026, 1, 20)).query_until == until(date(2031, 3, 1))

    def test_a_correction_cannot_say_that_it_has_not_ended(
        self, deps: Deps, person: object, tmp_path: Path
    ) -> None:
        taken(deps, tmp_path, row())
        error = refused("records.ends_with_itself", correct, deps, title="更正后的标题", not_ended=True)
        assert error.data == {"field": "ended_on"}
        assert the_record(deps).changes == ()

    def test_a_record_from_before_ends_with_its_correction_or_its_next_file(
        self, deps: Deps, person: object, tmp_path: Path, clock: Clock
    ) -> None:
        """Taken in as what lasts; since then the catalogue says that it does not."""
        catalogue.publish(deps, COMMAND, year=2026, items=[item(lasts=True)])
        taken(deps, tmp_path, row(1, ended_on=None), row(2, ended_on=None))
        catalogue.publish(deps, COMMAND, year=2026, items=[item()])
        one, _ = records_of(deps)
        correction = Correction(title="更正后的标题")
        after = service.correct(deps, COMMAND, record=one, correction=correction, reason=WHY)
        assert after.query_until == until(date(2031, 3, 12))
        clock.advance(days=1)
        taken(deps, tmp_path, row(2, ended_on=None), name="b.jsonl")
        assert {one.query_until for one in records_of(deps)} == {until(date(2031, 3, 12))}
