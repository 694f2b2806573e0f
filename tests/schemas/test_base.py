import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import marshmallow as ma
import pytest
from marshmallow import fields

import schemas
from schemas.base import OTHER_YEAR, Asked, BeijingTime, Day

ENDS = [
    "0001-01-01T00:00:00+08:00",
    "0001-01-01T00:00:00-08:00",
    "1899-12-31T23:59:59+08:00",
    "2200-01-01T00:00:00Z",
    "9999-12-31T23:59:59+08:00",
    "9999-12-31T23:59:59-08:00",
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("field", [BeijingTime(), Day()], ids=["instant", "day"])
def test_the_ends_of_the_calendar_are_refused_in_words(field: fields.Field[date], end: str) -> None:
    with pytest.raises(ma.ValidationError) as caught:
        field.deserialize(end[:10] if isinstance(field, Day) else end)
    assert caught.value.messages == [OTHER_YEAR]


def test_all_between_is_taken_and_can_be_counted_with() -> None:
    for text in ("1900-01-01T00:00:00+08:00", "2199-12-31T23:59:59-08:00"):
        instant = BeijingTime().deserialize(text)
        assert instant.astimezone(UTC) + timedelta(days=1) > instant
        assert BeijingTime().deserialize(
            BeijingTime()._serialize(datetime(2026, 1, 1, tzinfo=UTC), None, None)
        )
        assert Day().deserialize(text[:10]) == date.fromisoformat(text[:10])


def _asked() -> Iterator[type[ma.Schema]]:
    """Every schema of what comes in."""
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{module.name}")
    waiting = [Asked]
    while waiting:
        schema = waiting.pop()
        waiting += schema.__subclasses__()
        if schema.__module__.startswith("schemas."):
            yield schema


def _within(field: Any) -> Iterator[fields.Field[Any]]:
    yield field
    if isinstance(field, fields.List):
        yield from _within(field.inner)
    if isinstance(field, fields.Nested):
        for inner in field.schema.fields.values():
            yield from _within(inner)


def test_nothing_takes_a_day_or_an_instant_without_bounds() -> None:
    dated = [
        (f"{schema.__name__}.{name}", one)
        for schema in _asked()
        for name, field in schema().fields.items()
        for one in _within(field)
        if isinstance(one, fields.Date | fields.DateTime | fields.Time)
    ]
    assert {"PlaceCreate.valid_until", "AuditQuery.since", "CalendarPut.holidays"} <= {
        name for name, _ in dated
    }
    assert [name for name, one in dated if not isinstance(one, Day | BeijingTime)] == []
