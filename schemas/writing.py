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

LASTING = "lasting"
"""In a list's metadata: its values belong to the catalogue, so their text is made once and kept."""
REMEMBERED = 4_096

quoted: Callable[[str], str] = json.encoder.encode_basestring  # what json.dumps uses
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def written(schema: type[ma.Schema], entity: Any) -> str:
    """The JSON text of an entity in the language of the reader."""
    return _writer_of(schema)(entity, 1 if speaking() == "en" else 0)


@cache
def _writer_of(schema: type[ma.Schema]) -> Writer:
    return _made(schema())


def _made(schema: ma.Schema) -> Writer:
    """A function such as this, compiled:

    def write(o, l):
        v1 = o.id
        t1 = 'null' if v1 is None else quoted(v1)
        …
        return f'{{"id":{t1},…}}'
    """
    making = _Making()
    making.whole(schema, "o", "w", 1)
    source = "\n".join(["def write(o, l):", *making.lines, " return w"])
    exec(source, making.known)  # noqa: S102  # made of our own fields' names, once a schema
    made: Writer = making.known["write"]
    return made


class _Making:
    """The lines of one such function, and what they know by name."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {"quoted": quoted, "beijing": beijing, "plain": _PLAIN, "raw": _raw}
        self.lines: list[str] = []
        self._count = 0

    def whole(self, schema: ma.Schema, entity: str, text: str, depth: int) -> None:
        """Lines that put the text of all of `entity` into the variable `text`."""
        members = []
        for name, field in schema.dump_fields.items():
            self._count += 1
            value, member = f"v{self._count}", f"t{self._count}"
            self._say(depth, f"{value} = {entity}.{field.attribute or name}")
            self._one(field, value, member, depth)
            members.append(f"{quoted(field.data_key or name)}:{{{member}}}")
        self._say(depth, f"{text} = f'{{{{{','.join(members)}}}}}'")

    def _one(self, field: fields.Field[Any], value: str, text: str, depth: int) -> None:
        if isinstance(field, fields.Nested) and not field.many:
            self._say(depth, f"if {value} is None: {text} = 'null'")
            self._say(depth, "else:")
            self.whole(field.schema, value, text, depth + 1)
            return
        helper = f"f{text}"
        self.known[helper] = _helper(field)
        self._say(depth, f"{text} = 'null' if {value} is None else {_expression(field, value, helper)}")

    def _say(self, depth: int, line: str) -> None:
        self.lines.append(f"{' ' * depth}{line}")


def _remembered(write: Writer) -> Writer:
    """Writes a value once that lives as long as the process or a catalogue's release, never one of a person.

    Known by identity: the value is held, so that no other takes its place under the same id.
    """
    kept: dict[tuple[int, int], tuple[Any, str]] = {}

    def remember(value: Any, language: int) -> str:
        found = kept.get((id(value), language))
        if found is None or found[0] is not value:
            if len(kept) >= REMEMBERED:
                kept.clear()
            found = kept[id(value), language] = value, write(value, language)
        return found[1]

    return remember


def _list(item: Writer) -> Writer:
    return lambda values, language: (
        "[" + ",".join(["null" if value is None else item(value, language) for value in values]) + "]"
    )


def _expression(field: fields.Field[Any], x: str, helper: str) -> str:
    """How the value `x`, which is not None, is written; `l` is the language."""
    if LASTING in field.metadata:
        return f"{helper}({x}, l)"
    if isinstance(field, fields.List) or (isinstance(field, fields.Nested) and field.many):
        item = f"'null' if y is None else {helper}(y, l)"
        return f"'[' + ','.join([{item} for y in {x}]) + ']' if {x} else '[]'"
    return _EXPRESSIONS.get(type(field), "plain({helper}({x}))").format(x=x, helper=helper)


_EXPRESSIONS = {
    fields.String: "quoted({x})",
    Said: "quoted({x}[l])",
    BeijingTime: "'\"' + beijing({x}) + '\"'",
    fields.Date: "'\"' + {x}.isoformat() + '\"'",
    TermField: "{helper}[{x}]",
    fields.Integer: "str({x})",
    fields.Boolean: "'true' if {x} else 'false'",
    fields.Raw: "raw({x})",
}


def _raw(value: Any) -> str:
    """What `_PLAIN` writes, which takes five times as long for the plain values that records mostly hold."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is int:
        return str(value)
    return _PLAIN(value)


def _helper(field: fields.Field[Any]) -> Any:
    if LASTING in field.metadata and isinstance(field, fields.List):
        return _remembered(_list(_item(field.inner)))
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
