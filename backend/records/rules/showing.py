"""What may be shown of a record, judged at the instant it is read, whether or not a sweep has run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from backend.catalogue.model import CatalogueItem
from backend.common import periods
from backend.records.model import Outline, Record
from schemas.terms import FieldType, Nature, Openness, RecordMark, Severity
from schemas.text import Text

# The shortest time a penalty stays on public pages before it can be restored, in months from the document's date
# (Order 36 of the National Development and Reform Commission, in force 2026-04-01; read in a secondary account).
SHORTEST_DISPLAY_MONTHS = {Severity.MINOR: 0, Severity.GENERAL: 3, Severity.SERIOUS: 12}
RESTORATION_BASIS = Text(
    "信用修复管理办法（国家发展改革委令第36号）", "Measures for credit restoration (NDRC Order 36)"
)


@dataclass(frozen=True)
class Restoration:
    """From which day restoration can be asked for at the earliest; without a day, `reason` and `text` say why."""

    earliest_on: date | None
    reason: str | None
    text: Text


NOT_ADVERSE = Restoration(
    None,
    "restoration.not_adverse",
    Text("非失信信息，无需修复", "Not adverse, so there is nothing to restore"),
)
NOT_ENDED = Restoration(
    None,
    "restoration.not_ended",
    Text(
        "行为尚未终止或义务尚未履行，履行完毕后方可申请",
        "The act has not ended or the duty is not met; apply once it is",
    ),
)
NO_FIXED_PERIOD = Restoration(
    None,
    "restoration.no_fixed_period",
    Text(
        "未定失信程度，最早可修复日期由认定单位依其规定确定",
        "No severity is set; the deciding unit's own rules say from when it can be restored",
    ),
)


def visible(record: Record | Outline, at: datetime) -> bool:
    """Open to queries at `at`: not hidden (Reg. 38), not suspended (Meas. 30), inside its query period (Reg. 35)."""
    return record.hidden_at is None and not suspended(record, at) and periods.is_open(record.query_until, at)


def withdrawable(record: Record, item: CatalogueItem | None) -> bool:
    """A good deed of the subject (Measures 27): the catalogue says of each item whether it is one."""
    return record.nature is Nature.OTHER and item is not None and item.withdrawable


def suspended(record: Record | Outline, at: datetime) -> bool:
    """Out of every query at `at`, whether somebody has done so or the instant for it has come (Measures 30)."""
    return record.suspended_at is not None or not periods.is_open(record.suspends_at, at)


def contested(record: Record, at: datetime) -> bool:
    """Not to be counted against the person at `at`: an objection runs, or the record is suspended (Measures 30)."""
    return suspended(record, at) or any(
        mark.kind is RecordMark.CONTESTED and periods.is_open(mark.until, at) for mark in record.marks
    )


def timely(record: Record, at: datetime) -> Record:
    """The record without the marks whose time is over at `at`, whether or not a sweep has taken them off."""
    if not record.marks or all(periods.is_open(mark.until, at) for mark in record.marks):
        return record
    return replace(record, marks=tuple(mark for mark in record.marks if periods.is_open(mark.until, at)))


def publicly_visible(record: Record | Outline, at: datetime) -> bool:
    """On public pages at `at`: visible, public (Meas. 16) and inside its display period."""
    public = record.openness is Openness.PUBLIC and periods.is_open(record.public_until, at)
    return public and visible(record, at)


def newest_first(records: list[Record]) -> tuple[Record, ...]:
    """By the day it happened; the same day by id, so that the order never changes between two looks."""
    return tuple(sorted(records, key=lambda record: (record.occurred_on, record.id), reverse=True))


def restoration(record: Record) -> Restoration:
    """When the subject may ask for restoration at the earliest: the shortest display from the document's
    date, and not before the act has ended."""
    if record.nature is not Nature.ADVERSE:
        return NOT_ADVERSE
    if record.ended_on is None:
        return NOT_ENDED
    if record.severity is None:
        return NO_FIXED_PERIOD
    shortest = periods.add_months(record.dated_on, SHORTEST_DISPLAY_MONTHS[record.severity])
    return Restoration(max(shortest, record.ended_on), None, RESTORATION_BASIS)


def next_forgetting(record: Record, at: datetime) -> datetime | None:
    """The next instant after `at` at which less of the record is shown; None while no window is running."""
    ends = [record.query_until]
    if record.openness is Openness.PUBLIC:
        ends.append(record.public_until)
    return min((end for end in ends if end is not None and end > at), default=None)


def worded(kind: FieldType, value: Any, choices: Mapping[str, Text]) -> Text:
    """A value of a record's content as people read it: amounts in yuan, choices by their labels."""
    if kind is FieldType.MONEY_FEN and isinstance(value, int):
        yuan = f"{value // 100:,}.{value % 100:02}"
        return Text(f"{yuan} 元", f"CNY {yuan}")
    if kind is FieldType.YES_NO:
        return Text("是", "Yes") if value else Text("否", "No")
    if kind is FieldType.CHOICE and value in choices:
        return choices[value]
    return Text(str(value), str(value))
