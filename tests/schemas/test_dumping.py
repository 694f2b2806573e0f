"""The quick way of writing replies writes what marshmallow writes."""

import importlib
import json
import pkgutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import marshmallow as ma
import pytest
from marshmallow import fields

import schemas
from schemas.base import SPEAKING, BeijingTime, ResponseSchema, Said, TermField
from schemas.dumping import plan
from schemas.terms import Nature
from schemas.text import Language, Text
from schemas.writing import LASTING, REMEMBERED, written


class Inner(ResponseSchema):
    label = Said(required=True)
    nature = TermField(Nature, required=True, allow_none=True)


class Outer(ResponseSchema):
    id = fields.String(required=True)
    at = BeijingTime(required=True, allow_none=True)
    day = fields.Date(required=True, allow_none=True)
    count = fields.Integer(required=True)
    right = fields.Boolean(required=True)
    renamed = fields.String(data_key="shown", attribute="kept")
    inner = fields.Nested(Inner, required=True, allow_none=True)
    inners = fields.List(fields.Nested(Inner), required=True)
    many = fields.Nested(Inner, many=True)
    words = fields.List(Said(), required=True, allow_none=True)
    counts = fields.Dict(TermField(Nature), fields.Integer(), required=True)
    raw = fields.Raw(required=True)


@dataclass(frozen=True)
class Small:
    label: Text
    nature: Nature | None


@dataclass(frozen=True)
class Large:
    id: Any
    at: datetime | None
    day: date | None
    kept: str
    inner: Small | None
    inners: tuple[Small, ...]
    many: tuple[Small, ...]
    words: tuple[Text, ...] | None
    counts: dict[Nature, int]
    raw: Any
    count: int = 3
    right: bool = True


SMALL = Small(Text("失信", "Adverse"), Nature.ADVERSE)
FULL = Large(
    "i1", datetime(1988, 7, 1, 3, 4, 5, 678000, UTC), date(2024, 2, 29), "kept", SMALL, (SMALL, Small(SMALL.label, None)),
    (SMALL,), (SMALL.label,), {Nature.BASIC: 0, Nature.ADVERSE: 2}, {"amount_fen": 300},
)  # fmt: skip
BARE = Large(Nature.OTHER, None, None, "", None, (), (), None, {}, None)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "one", [FULL, BARE, vars(FULL), {"id": "i1"}, {}], ids=["full", "bare", "dict", "partial", "empty"]
)
def test_the_plan_writes_what_marshmallow_writes(one: Any, language: Language) -> None:
    mark = SPEAKING.set(language)
    try:
        assert Outer().dump(one) == ma.Schema.dump(Outer(), one)
        assert Outer(many=True).dump([one, one]) == ma.Schema.dump(Outer(many=True), [one, one])
        assert Outer().dump([one], many=True) == ma.Schema.dump(Outer(), [one], many=True)
    finally:
        SPEAKING.reset(mark)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "one", [FULL, BARE, replace(FULL, kept='"\\ \u2028 \x00 龘 😀')], ids=["full", "bare", "odd"]
)
def test_the_text_written_at_once_is_the_text_of_what_marshmallow_writes(
    one: Large, language: Language
) -> None:
    mark = SPEAKING.set(language)
    try:
        usual = json.dumps(ma.Schema.dump(Outer(), one), ensure_ascii=False, separators=(",", ":"))
        assert written(Outer, one) == usual
    finally:
        SPEAKING.reset(mark)


def test_the_fields_stand_in_their_declared_order() -> None:
    assert list(Outer().dump(FULL)) == list(ma.Schema.dump(Outer(), FULL))


def test_what_only_marshmallow_knows_is_left_to_it() -> None:
    class Asked(ResponseSchema):
        doubled = fields.Function(lambda one: one["n"] * 2)

    class Hooked(ResponseSchema):
        n = fields.Integer()

        @ma.post_dump
        def wrap(self, data: Any, **_: Any) -> Any:
            return {"wrapped": data}

    class Dotted(ResponseSchema):
        n = fields.Integer(attribute="a.n")

    assert [plan(schema()) for schema in (Asked, Hooked, Dotted)] == [None, None, None]
    assert Asked().dump({"n": 2}) == {"doubled": 4}
    assert Hooked().dump({"n": 2}) == {"wrapped": {"n": 2}}
    assert Dotted().dump({"a": {"n": 2}}) == {"n": 2}


def test_only_and_exclude_hold_in_nested_replies_too() -> None:
    class Holder(ResponseSchema):
        inner = fields.Nested(Inner, only=("label",))

    assert Holder().dump({"inner": SMALL}) == {"inner": {"label": "失信"}}


def test_the_offset_is_that_of_the_contract_even_in_the_summers_with_another_one() -> None:
    assert Outer(only=("at",)).dump(FULL) == {"at": "1988-07-01T11:04:05.678+08:00"}


def test_every_reply_of_the_service_has_a_plan() -> None:
    for module in pkgutil.iter_modules(schemas.__path__, "schemas."):
        importlib.import_module(module.name)
    ours = [kind for kind in ResponseSchema.__subclasses__() if kind.__module__.startswith("schemas.")]
    assert len(ours) > 20
    assert [kind.__name__ for kind in ours if plan(kind()) is None] == []


def test_a_lasting_list_is_written_once_for_each_language_and_never_for_another_list() -> None:
    asked: list[str] = []

    class Spied(NamedTuple):
        text: str

        @property
        def word(self) -> str:
            asked.append(self.text)
            return self.text

    class Holder(NamedTuple):
        words: tuple[Spied, ...]

    class Word(ResponseSchema):
        word = fields.String(required=True)

    class Held(ResponseSchema):
        words = fields.List(fields.Nested(Word), required=True, metadata={LASTING: True})

    for number in range(2 * REMEMBERED):  # ids are used again, and more lists come than are remembered
        words = (Spied(str(number)),)
        assert [written(Held, Holder(words)) for _ in range(2)] == (
            [f'{{"words":[{{"word":"{number}"}}]}}'] * 2
        )
    assert asked == [str(number) for number in range(2 * REMEMBERED)]
