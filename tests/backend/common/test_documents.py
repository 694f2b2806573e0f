"""Entities go to MongoDB and come back equal."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.common.deps import Deps
from backend.common.documents import from_document, to_document
from schemas.terms import Level, Role
from schemas.text import Language


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    on: date | None = None
    level: Level | None = None


@dataclass(frozen=True)
class Whole:
    id: str
    at: datetime
    on: date
    role: Role
    language: Language = "zh"
    until: datetime | None = None
    sealed: bytes | None = None
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    names: list[str] = field(default_factory=list)
    roles: frozenset[Role] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    colour: Colour = Colour.RED
    count: int = 0


INSTANT = datetime(2026, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC)
WHOLE = Whole(
    id="w1",
    at=INSTANT,
    on=date(2024, 2, 29),
    role=Role.CITIZEN,
    until=INSTANT,
    sealed=b"\0\xff",
    part=Part("a", date(1900, 1, 1), Level.PHONE),
    parts=(Part("b"), Part("c", level=Level.VERIFIED)),
    names=["甲", "乙"],
    roles=frozenset({Role.ADMIN, Role.AUDITOR}),
    facts={"金额": 12, "有": True},
    count=2**40,
)


def test_the_id_becomes_the_key_and_every_other_name_stays() -> None:
    document = to_document(WHOLE)
    assert document["_id"] == "w1"
    assert "id" not in document
    assert document["role"] == "citizen"
    assert type(document["role"]) is str
    assert document["on"] == "2024-02-29"
    assert document["part"] == {"name": "a", "on": "1900-01-01", "level": "phone"}
    assert document["parts"][0] == {"name": "b", "on": None, "level": None}


def test_what_is_read_back_from_the_database_equals_what_was_written(deps: Deps) -> None:
    deps.db["notices"].insert_one(to_document(WHOLE))
    found = deps.db["notices"].find_one() or {}
    read = from_document(Whole, found)
    assert read == WHOLE
    assert isinstance(read.role, Role)
    assert read.parts[1].level is Level.VERIFIED
    assert read.at.tzinfo is UTC


def test_a_key_unknown_to_this_class_is_ignored_and_a_missing_one_has_its_default() -> None:
    document = {"_id": "w1", "at": INSTANT, "on": "2024-02-29", "role": "citizen", "newer": 1}
    read = from_document(Whole, document)
    assert (read.until, read.parts, read.names, read.colour) == (None, (), [], Colour.RED)


def test_an_unknown_key_of_a_part_is_ignored_too() -> None:
    document = to_document(WHOLE)
    document["part"]["newer"] = 1
    assert from_document(Whole, document) == WHOLE


def test_what_has_no_default_must_be_there() -> None:
    document = to_document(WHOLE)
    del document["role"]
    with pytest.raises(TypeError, match="role"):
        from_document(Whole, document)
    broken = to_document(WHOLE)
    del broken["part"]["name"]
    with pytest.raises(TypeError, match="name"):
        from_document(Whole, broken)


def test_a_word_that_is_no_term_is_refused() -> None:
    document = to_document(WHOLE) | {"role": "emperor"}
    with pytest.raises(LookupError, match="emperor"):
        from_document(Whole, document)


def test_an_instant_without_a_zone_is_read_as_utc() -> None:
    document = to_document(WHOLE) | {"at": INSTANT.replace(tzinfo=None)}
    assert from_document(Whole, document).at == INSTANT


@given(
    st.builds(
        Whole,
        id=st.text(min_size=1),
        at=st.datetimes(timezones=st.just(UTC)),
        on=st.dates(),
        role=st.sampled_from(Role),
        until=st.none() | st.datetimes(timezones=st.just(UTC)),
        part=st.none()
        | st.builds(Part, st.text(), st.none() | st.dates(), st.none() | st.sampled_from(Level)),
        parts=st.lists(st.builds(Part, st.text()), max_size=3).map(tuple),
        names=st.lists(st.text(), max_size=3),
        roles=st.frozensets(st.sampled_from(Role)),
    )
)
def test_there_and_back_changes_nothing(whole: Whole) -> None:
    assert from_document(Whole, to_document(whole)) == whole
