"""Writing a large reply as JSON text at once, without the dictionaries in between.

The report has a thousand fields. For each schema a function is made once, as source, that reads an entity's attributes
and joins the text; it writes what `marshmallow.Schema.dump` and `json.dumps` together would (a test compares them).
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import marshmallow as ma
from marshmallow import fields

from schemas.base import BeijingTime, Said, TermField, beijing, speaking

Writer = Callable[[Any, int], str]
"""Writes one entity; the number chooses the half of each `Text`: 0 Chinese, 1 English."""

quoted: Callable[[str], str] = json.encoder.encode_basestring  # what json.dumps uses
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def written(schema: type[ma.Schema], entity: Any) -> str:
    """The JSON text of an entity in the language of the reader."""
    return _writer_of(schema)(entity, 1 if speaking() == "en" else 0)


@cache
def _writer_of(schema: type[ma.Schema]) -> Writer:
    return _made(schema())


def _made(schema: ma.Schema) -> Writer:
    """`lambda o, l: "".join(('{"id":', "null" if (x := o.id) is None else quoted(x), ...))`, compiled."""
    known: dict[str, Any] = {"quoted": quoted, "beijing": beijing, "plain": _PLAIN}
    parts: list[str] = []
    for name, field in schema.dump_fields.items():
        before = f"{',' if parts else '{'}{quoted(field.data_key or name)}:"
        known[f"f_{name}"] = _helper(field)
        expression = _expression(field, f"f_{name}")
        parts.append(f"{before!r}, 'null' if (x := o.{field.attribute or name}) is None else {expression}")
    source = f"lambda o, l: ''.join(({', '.join(parts)}, '}}'))"
    made: Writer = eval(source, known)  # noqa: S307  # made of our own field names, once a schema
    return made


def _expression(field: fields.Field[Any], helper: str) -> str:
    """How the value `x`, which is not None, is written; `l` is the language."""
    kind = type(field)
    if kind is fields.String:
        return "quoted(x)"
    if kind is Said:
        return "quoted(x[l])"
    if kind is BeijingTime:
        return "'\"' + beijing(x) + '\"'"
    if kind is fields.Date:
        return "'\"' + x.isoformat() + '\"'"
    if kind is TermField:
        return f"{helper}[x]"
    if kind is fields.Integer:
        return "str(x)"
    if kind is fields.Boolean:
        return "('true' if x else 'false')"
    if isinstance(field, fields.List) or (isinstance(field, fields.Nested) and field.many):
        return f"('[' + ','.join(['null' if y is None else {helper}(y, l) for y in x]) + ']')"
    if isinstance(field, fields.Nested):
        return f"{helper}(x, l)"
    return f"plain({helper}(x))"


def _helper(field: fields.Field[Any]) -> Any:
    if isinstance(field, TermField):
        return {member: quoted(member.value) for member in field.enum}
    if isinstance(field, fields.Nested):
        return _made(field.schema)
    if isinstance(field, fields.List):
        return _item(field.inner)
    return lambda value: field._serialize(value, None, None)


def _item(field: fields.Field[Any]) -> Writer:
    if isinstance(field, fields.Nested):
        return _made(field.schema)
    if isinstance(field, Said):
        return lambda value, language: quoted(value[language])
    return lambda value, _: _PLAIN(field._serialize(value, None, None))
