"""Frozen dataclass <-> Mongo document: attribute name = key, `id` = `_id`, enums by value, dates as ISO days.

Nested dataclasses, tuples of them and optional ones are followed. No ODM, no mapping per feature. What a class or type
needs is worked out once and kept: a report reads some hundred entities.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Document = dict[str, Any]
Turn = Callable[[Any], Any]
"""Turns one value; None in place of a turn leaves the value as it is."""
Step = tuple[str, str, Turn | None]
"""The attribute, its key, and how its value is turned."""

_AS_IS = {str, int, bool, NoneType, bytes, datetime}
_writers: dict[type, Turn | None] = {}
_makers: dict[type, Turn] = {}


def to_document(entity: Any) -> Document:
    """The document of a flat or nested dataclass."""
    document: Document = _written(entity)
    if "id" in document:
        document = {("_id" if name == "id" else name): value for name, value in document.items()}
    return document


def from_document(kind: type[T], document: Document) -> T:
    """The entity of a document; a key the class does not know is ignored (an older process reads a newer one's)."""
    make = _makers.get(kind)
    if make is None:
        make = _makers[kind] = _maker(kind, "_id")
    entity: T = make(document)
    return entity


def _written(value: Any) -> Any:
    kind = type(value)
    if kind not in _writers:
        _writers[kind] = _writer(kind)
    write = _writers[kind]
    return value if write is None else write(value)


def _writer(kind: type) -> Turn | None:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, date) and not issubclass(kind, datetime):
        return date.isoformat
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: {
            name: inner if type(inner := getattr(value, name)) in _AS_IS else _written(inner)
            for name in names
        }
    if issubclass(kind, tuple | list | frozenset):
        return lambda value: [_written(item) for item in value]
    return None


def _maker(kind: Any, id_key: str) -> Turn:
    """How an entity of `kind` is made; `id_key` is where the document keeps its `id`."""
    hints = get_type_hints(kind)
    steps = [
        (field.name, id_key if field.name == "id" else field.name, _reader(hints[field.name]))
        for field in fields(kind)
    ]
    if hasattr(kind, "__post_init__") or not hasattr(kind, "__dict__") or "__slots__" in vars(kind):
        return partial(_made, kind, steps)
    return _quick_maker(kind, steps, hints)


def _made(kind: Any, steps: list[Step], document: Document) -> Any:
    return kind(
        **{
            name: (document[key] if read is None else read(document[key]))
            for name, key, read in steps
            if key in document
        }
    )


def _quick_maker(kind: Any, steps: list[Step], hints: dict[str, Any]) -> Turn:
    """The same for a whole document of a plain class, as source: `{'id': d['_id'], 'nature': read_nature(d['nature']), …}`.

    The attributes go in at once, since a frozen class sets them one by one, which takes as long again.
    """
    known: dict[str, Any] = {"entity": _entity, "kind": kind, "made": partial(_made, kind, steps)}
    values = []
    for name, key, _ in steps:
        inner, optional = _unwrapped(hints[name])
        read = known[f"read_{name}"] = _reader(inner)
        value = f"d[{key!r}]"
        if read is not None:
            value = (
                f"None if (x := {value}) is None else read_{name}(x)" if optional else f"read_{name}({value})"
            )
        values.append(f"{name!r}: {value}")
    # An older document may lack a key that has a default.
    source = f"def make(d):\n try:\n  return entity(kind, {{{', '.join(values)}}})\n except KeyError:\n  return made(d)\n"
    exec(source, known)  # noqa: S102  # made of our own attributes' names, once a class
    make: Turn = known["make"]
    return make


def _entity(kind: Any, values: dict[str, Any]) -> Any:
    entity = object.__new__(kind)
    object.__setattr__(entity, "__dict__", values)
    return entity


def _reader(hint: Any) -> Turn | None:
    inner, optional = _unwrapped(hint)
    if optional:
        read = _reader(inner)
        return read and (lambda value: None if value is None else read(value))
    origin = get_origin(hint)
    if origin in (tuple, list, frozenset):
        return _sequence_reader(origin, get_args(hint))
    return _class_reader(hint) if isinstance(hint, type) else None


def _unwrapped(hint: Any) -> tuple[Any, bool]:
    """`T | None` as T and True; every other hint, also of several types, as it is."""
    if get_origin(hint) in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        if len(inner) == 1:
            return inner[0], True
    return hint, False


def _sequence_reader(origin: type, args: tuple[Any, ...]) -> Turn:
    read = _reader(args[0]) if args else None
    if read is None:
        return lambda value: origin(value or ())
    if origin is tuple:
        return lambda value: tuple([read(item) for item in value]) if value else ()
    return lambda value: origin([read(item) for item in value or ()])


def _class_reader(hint: type) -> Turn | None:
    if issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__
    if hint is datetime:
        return lambda value: value if value.tzinfo else value.replace(tzinfo=UTC)
    if hint is date:
        return date.fromisoformat
    return _maker(hint, "id") if is_dataclass(hint) else None
