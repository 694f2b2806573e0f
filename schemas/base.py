"""The marshmallow classes that every wire schema of the service is made from."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields

from schemas.dumping import PlannedSchema, Write
from schemas.terms import Term
from schemas.text import Language, Text, reads_as_written, says_something

# Not the zone: in the summers of 1986 to 1991 Shanghai was at +09:00, and the contract promises +08:00.
BEIJING = timezone(timedelta(hours=8))

HALF_CHARACTER = re.compile("[\ud800-\udfff\0]")
"""Half a surrogate pair is no text, and no name or statement holds a NUL."""

YEARS = range(1900, 2200)
"""Those of which something may be said to the service: from before the oldest person alive to after everything that ends. What
lies at the ends of the calendar could be turned into no other zone, and no period could be added to it."""

T_day = TypeVar("T_day", bound=date)

SPEAKING: ContextVar[Language] = ContextVar("speaking", default="zh")

FILL_IN = Text("请填写", "Please fill this in")
CHOOSE = Text("请选择", "Please choose")
OTHER_YEAR = Text("须在 {first} 年至 {last} 年之间", "This is to be in the years {first} to {last}").fill(
    first=YEARS[0], last=YEARS[-1]
)


def _is_empty(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else value == []


def nothing_said(wanted: fields.Field[Any]) -> Text:
    """What is said of a field of this kind in which nothing stands."""
    of_some = any(isinstance(one, ma.validate.OneOf) for one in wanted.validators)
    chosen = of_some or isinstance(wanted, fields.Enum | fields.List | fields.Boolean)
    return CHOOSE if chosen else FILL_IN


class Asked(ma.Schema):
    """What a client sends; of a field that was left empty it says so, and not by how many characters it is too short."""

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        told = error.messages
        if many or not isinstance(data, Mapping) or not isinstance(told, dict):
            return
        for name in told:
            wanted = self.fields.get(name)
            if wanted is not None and name in data and _is_empty(data[name]):
                told[name] = [nothing_said(wanted)]


class RequestSchema(Asked):
    """What a client sends: an unknown field is a mistake worth telling, so it is refused."""

    class Meta:
        unknown = ma.RAISE


class QuerySchema(Asked):
    """Query parameters; unknown ones are refused too, since a misspelt filter would silently widen a list."""

    class Meta:
        unknown = ma.RAISE


class ResponseSchema(PlannedSchema):
    """What a client gets: every declared field is written, `null` included."""


class Day(fields.Date):
    """A day that comes in, within `YEARS`. One that only goes out is marshmallow's own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return _bearable(super()._deserialize(value, attr, data, **kwargs))

    def quick(self) -> Write:
        return date.isoformat


class BeijingTime(fields.DateTime):
    """An aware instant, written as ISO 8601 with `+08:00`; what comes in may carry any offset but must carry one, and its year is
    one of `YEARS`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else beijing(value)

    def quick(self) -> Write:
        return beijing

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        instant = super()._deserialize(value, attr, data, **kwargs)
        if instant.tzinfo is None:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return _bearable(instant)


def _bearable(day: T_day) -> T_day:
    if day.year not in YEARS:
        raise ma.ValidationError([OTHER_YEAR])
    return day


class TermField(fields.Enum[Term]):
    """A word of `schemas.terms`, by its value."""

    def __init__(self, enum: type[Term], **kwargs: Any) -> None:
        super().__init__(enum, by_value=fields.String(), **kwargs)

    def quick(self) -> Write:
        return attrgetter("value")


class Guessed(fields.String):
    """A code that somebody may be guessing: whatever is sent for it (nothing, a number, half a character, a kilobyte) is read as
    a text that is no code, so that it is looked up, refused and counted like any wrong one."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(required=True, allow_none=True, **kwargs)
        self.longest = longest

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if value is ma.missing:
            return super().deserialize(value, *args, **kwargs)
        whole = isinstance(value, str) and len(value) <= self.longest and not HALF_CHARACTER.search(value)
        return value if whole else ""


class Said(fields.Field[str]):
    """A `Text`, written in the language of the reader (Chinese by default)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dump_only", True)
        kwargs.setdefault("metadata", {"type": "string"})
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else said(value)

    def quick(self) -> Write:
        return said


def said(text: tuple[str, str]) -> str:
    """The half of a `Text` that the reader understands."""
    return text[1] if SPEAKING.get() == "en" else text[0]


@lru_cache(maxsize=8192)
def beijing(instant: datetime) -> str:
    return instant.astimezone(BEIJING).isoformat(timespec="milliseconds")


def speaking() -> Language:
    """The language replies are written in now; each edge sets `SPEAKING` for the request it serves."""
    return SPEAKING.get()


_ONE_LINE = Text("须为可见的一行文字", "This is one line of visible text")
_BAD_TEXT = Text("须为可见的文字，不含控制字符", "This is visible text without control characters")


def one_line(value: str) -> None:
    """A validator: one line that readers see."""
    if not says_something(value) or not value.isprintable():
        raise ma.ValidationError([_ONE_LINE])


def many_lines(value: str) -> None:
    """A validator: a text that says something and hides nothing from who reads it."""
    if not reads_as_written(value):
        raise ma.ValidationError([_BAD_TEXT])
