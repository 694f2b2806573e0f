"""Writing replies quickly: a schema's fields are looked at once, not once an object.

marshmallow asks every field of every object how it wants to be written; a report has some five hundred fields and that
asking costs more than reading its records. The plan made here writes exactly what `marshmallow.Schema.dump` would (a
test compares them for every reply of the service) and leaves to marshmallow whatever it does not know.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

Write = Callable[[Any], Any]
Step = tuple[str, str, Write]


class PlannedSchema(ma.Schema):
    """A schema that only writes, by its plan."""

    _plan: tuple[Step, ...] | None = None
    _planned = False

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        if not self._planned:
            self._plan, self._planned = plan(self), True
        if self._plan is None:
            return super().dump(obj, many=many)
        if self.many if many is None else many:
            return [self._write(one) for one in obj]
        return self._write(obj)

    def _write(self, obj: Any) -> Any:
        assert self._plan is not None
        try:
            if isinstance(obj, dict):
                return {key: write(obj[name]) for key, name, write in self._plan}
            return {key: write(getattr(obj, name)) for key, name, write in self._plan}
        except (KeyError, AttributeError):  # marshmallow leaves out what is not there
            return super().dump(obj, many=False)


def plan(schema: ma.Schema) -> tuple[Step, ...] | None:
    """How each field is written; None when only marshmallow itself knows how to write this schema."""
    if any(schema._hooks[hook] for hook in ("pre_dump", "post_dump")):
        return None
    steps = []
    for name, field in schema.dump_fields.items():
        if isinstance(field, fields.Method | fields.Function | fields.Constant) or "." in (
            field.attribute or ""
        ):
            return None
        steps.append((field.data_key or name, field.attribute or name, writer(field)))
    return tuple(steps)


def writer(field: fields.Field[Any]) -> Write:
    """How one value of a field is written."""
    kind = type(field)
    if kind is fields.String:
        return lambda value: value if type(value) is str else _text(value)
    if kind is fields.Date and field.format in (None, "iso"):  # type: ignore[attr-defined]  # a Date has one
        return _day
    if kind is fields.Nested and isinstance(field.schema, PlannedSchema):  # type: ignore[attr-defined]  # so has Nested
        return _nested(field.schema)  # type: ignore[attr-defined]  # a Nested, as above
    if kind is fields.List:
        one = writer(field.inner)  # type: ignore[attr-defined]  # and a List
        return lambda value: None if value is None else [one(item) for item in value]
    return lambda value: field._serialize(value, None, None)


def _nested(schema: PlannedSchema) -> Write:
    return lambda value: None if value is None else schema.dump(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
