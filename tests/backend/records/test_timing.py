"""Licences and penalties that came too late to be published in seven working days are told per file, and new rows only."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem
from backend.catalogue.rules.items import item_problems
from backend.clocks import service as clocks
from backend.common.deps import Deps
from backend.intake.quality import LINES_NAMED
from backend.manage.terminal import outcome
from backend.records.service.timing import begun
from tests.backend.catalogue.made import UNIT, content, item
from tests.backend.records.conftest import row, taken
from tests.support.people import COMMAND, NAME, acts, resident
from tests.support.world import Clock

PENALTY: dict[str, Any] = {"disclosed": True, "decided_in": "decided_on"}
BY_ITEM_ALONE: dict[str, Any] = {"id": "2026.1.HRSS-P-10", "code": "HRSS-P-10", "disclosed": True}


def publish(deps: Deps, *items: CatalogueItem) -> None:
    catalogue.publish(deps, COMMAND, year=2026, items=items, units=[UNIT])
    resident(deps)


@pytest.fixture
def penalties(deps: Deps) -> Deps:
    publish(deps, item(**PENALTY), item(**BY_ITEM_ALONE))
    return deps


def decided(place: int, day: str, **changes: Any) -> dict[str, Any]:
    return row(place, content=content(decided_on=day), **changes)


def timeliness(deps: Deps, folder: Path, *rows: dict[str, Any], name: str = "a.jsonl") -> dict[str, Any]:
    told = taken(deps, folder, *rows, name=name).told()["timeliness"]
    assert (told["limit"], told["days"]) == ("publish", clocks.limits()["publish"].days)
    return {
        key: told[key] for key in ("judged", "late", "late_lines", "provisional", "undated", "undated_lines")
    }


def test_rows_past_the_seventh_working_day_are_late(penalties: Deps, tmp_path: Path) -> None:
    """It is Saturday, 21 November 2026: what was decided on Tuesday the 10th was due on Thursday the 19th."""
    rows = [
        decided(1, "2026-11-10"),
        decided(2, "2026-11-12"),
        decided(3, "2024-02-29"),
        decided(4, "2026-11-20"),
    ]
    assert timeliness(penalties, tmp_path, *rows) == {
        "judged": 4, "late": 2, "late_lines": [1, 3], "provisional": 0, "undated": 0, "undated_lines": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("received_at", "late"),
    [
        (datetime(2026, 11, 19, 15, 59, 59, 999000, tzinfo=UTC), 0),
        (datetime(2026, 11, 19, 16, tzinfo=UTC), 1),
    ],
)
def test_the_last_day_ends_at_midnight_in_shanghai(
    penalties: Deps, clock: Clock, tmp_path: Path, received_at: datetime, late: int
) -> None:
    clock.set(received_at)
    assert timeliness(penalties, tmp_path, decided(1, "2026-11-10"))["late"] == late


def test_what_rests_on_days_that_are_not_published_says_so(
    penalties: Deps, clock: Clock, tmp_path: Path
) -> None:
    clock.set(datetime(2027, 1, 20, 2, tzinfo=UTC))
    told = timeliness(penalties, tmp_path, decided(1, "2026-12-30"), decided(2, "2026-11-10"))
    assert (told["judged"], told["late"], told["provisional"]) == (2, 2, 1)


def test_only_what_is_new_is_judged_and_only_what_came_in(penalties: Deps, tmp_path: Path) -> None:
    first = decided(1, "2026-11-10")
    assert timeliness(penalties, tmp_path, first)["judged"] == 1
    mended = first | {"title": "另一标题"}
    stranger = decided(3, "2026-11-10", subject_name=NAME[::-1])
    again = timeliness(penalties, tmp_path, first, mended, decided(2, "2026-11-12"), stranger, name="b.jsonl")
    assert (again["judged"], again["late"]) == (1, 0)


def test_an_item_that_holds_no_day_of_decision_is_counted_and_not_guessed_at(
    penalties: Deps, tmp_path: Path
) -> None:
    told = timeliness(
        penalties, tmp_path, decided(1, "2026-11-10", item_code="HRSS-P-10"), decided(2, "2026-11-12")
    )
    assert (told["judged"], told["late"], told["undated"], told["undated_lines"]) == (1, 0, 1, [1])


def test_rows_whose_words_are_sealed_are_judged_too(penalties: Deps, tmp_path: Path) -> None:
    assert timeliness(penalties, tmp_path, decided(1, "2026-11-10", title=f"对{NAME}的处罚"))["late"] == 1
    (kept,) = penalties.db["records"].find()
    assert (kept["content"], "late" in kept, "due_at" in kept) == ({}, False, False)


def test_a_unit_without_licences_and_penalties_has_none_to_tell_of(deps: Deps, tmp_path: Path) -> None:
    publish(deps, item())
    quality = taken(deps, tmp_path, row())
    assert quality.told()["timeliness"] is None
    assert "published in time" not in outcome(quality)


def test_batch_log_and_terminal_tell_it_as_well(penalties: Deps, tmp_path: Path) -> None:
    quality = taken(penalties, tmp_path, decided(1, "2026-11-10"), decided(2, "2026-11-12"))
    (batch,) = penalties.db["record_batches"].find()
    (line,) = acts(penalties, "records.import")
    for counts in (batch["counts"], line["details"]):
        assert [counts[name] for name in ("judged", "late", "undated")] == [2, 1, 0]
    assert "2 new rows judged, 1 late" in outcome(quality)


def test_only_the_first_late_lines_are_named() -> None:
    told = begun()
    for line in range(LINES_NAMED + 5):
        told.judge(line, late=True, provisional=False)
        told.cannot_judge(line)
    assert (told.late, len(told.told()["late_lines"])) == (LINES_NAMED + 5, LINES_NAMED)
    assert (told.undated, len(told.told()["undated_lines"])) == (LINES_NAMED + 5, LINES_NAMED)


@pytest.mark.parametrize(
    "wrong",
    [{"decided_in": "decided_on"}, PENALTY | {"decided_in": "hours"}, PENALTY | {"decided_in": "no_such"}],
)
def test_a_catalogue_names_a_day_of_decision_only_where_there_is_one(wrong: dict[str, Any]) -> None:
    assert [one.reason for one in item_problems(item(**wrong), {"HRSS"})] == ["decided_in"]


def test_the_demonstration_knows_its_licences_and_penalties() -> None:
    _, items = catalogue.demonstration()
    assert {row["decided_in"] for row in items if row.get("disclosed")} == {"decided_on", "granted_on"}
