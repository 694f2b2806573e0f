"""Writing replies quickly: a schema's fields are looked at once, not once an object.

marshmallow asks every field of every object how it wants to be written; a report has some five hundred fields and that
asking costs more than reading its records. The plan made here writes exactly what `marshmallow.Schema.dump` would (a
test compares them for every reply of the service) and leaves to marshmallow whatever it does not know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter, itemgetter
from typing import Any, Protocol, cast, runtime_checkable

import marshmallow as ma
from marshmallow import fields

Write = Callable[[Any], Any]
Fetch = Callable[[Any], tuple[Any, ...]]


@runtime_checkable
class Quick(Protocol):
    """A field that knows a shorter way to write a value that is not None than being asked each time."""

    def quick(self) -> Write: ...


@dataclass(frozen=True)
class Plan:
    """The fields of a schema: how all their values are fetched at once, their keys, and how each is written."""

    fetch: Fetch
    fetch_items: Fetch
    steps: tuple[tuple[str, Write | None], ...]


class PlannedSchema(ma.Schema):
    """A schema that only writes, by its plan."""

    _plan: Plan | None = None
    _planned = False

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        if not self._planned:
            self._plan, self._planned = plan(self), True
        if self._plan is None:
            return super().dump(obj, many=many)
        if self.many if many is None else many:
            return [self._write(one, self._plan) for one in obj]
        return self._write(obj, self._plan)

    def _write(self, obj: Any, by: Plan) -> Any:
        try:
            values = by.fetch_items(obj) if isinstance(obj, dict) else by.fetch(obj)
        except (KeyError, AttributeError):  # marshmallow leaves out what is not there
            return super().dump(obj, many=False)
        return {
            key: value if write is None or value is None else write(value)
            for (key, write), value in zip(by.steps, values, strict=True)
        }


def plan(schema: ma.Schema) -> Plan | None:
    """How each field is written; None when only marshmallow itself knows how to write this schema."""
    if any(schema._hooks[hook] for hook in ("pre_dump", "post_dump")):
        return None
    names, steps = [], []
    for name, field in schema.dump_fields.items():
        if isinstance(field, fields.Method | fields.Function | fields.Constant) or "." in (
            field.attribute or ""
        ):
            return None
        names.append(field.attribute or name)
        steps.append((field.data_key or name, writer(field)))
    return Plan(_fetcher(attrgetter, names), _fetcher(itemgetter, names), tuple(steps))


def writer(field: fields.Field[Any]) -> Write | None:
    """How a value of a field that is not None is written; None leaves it as it is. Every field writes None as None."""
    kind = type(field)
    if isinstance(field, Quick):
        return field.quick()
    if kind is fields.String:
        return _text
    if kind is fields.Raw:
        return None
    if kind is fields.Integer and not field.as_string:  # type: ignore[attr-defined]  # an Integer has it
        return int
    if kind is fields.Date and field.format in (None, "iso"):  # type: ignore[attr-defined]  # so has a Date its format
        return date.isoformat
    if kind is fields.Nested and isinstance(field.schema, PlannedSchema):  # type: ignore[attr-defined]  # and Nested
        return field.schema.dump  # type: ignore[attr-defined]  # as above
    if kind is fields.List:
        return _list(writer(field.inner))  # type: ignore[attr-defined]  # and a List its inner field
    written = field._serialize
    return lambda value: written(value, None, None)


def _list(write: Write | None) -> Write:
    if write is None:
        return list
    return lambda values: [None if value is None else write(value) for value in values]


def _fetcher(getter: Callable[..., Any], names: Sequence[str]) -> Fetch:
    """`getter` gives a single value when it has a single name, and takes no empty list of them."""
    if len(names) > 1:
        return cast("Fetch", getter(*names))
    return lambda obj: tuple(getter(name)(obj) for name in names)


def _text(value: Any) -> str:
    return value if type(value) is str else str(value)
