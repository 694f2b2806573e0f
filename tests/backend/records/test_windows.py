"""From which days the two windows of a record and its earliest restoration count (Regulation 35, Measures 27, NDRC Order 36)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.records import rules, service
from backend.records.model import Correction, Record
from schemas.text import Text
from tests.backend.catalogue.made import UNIT, content, item
from tests.backend.records.conftest import records_of, row, taken, the_record
from tests.support.people import COMMAND, NAME, resident
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
