"""Frozen dataclass <-> Mongo document: attribute name = key, `id` = `_id`, enums by value, dates as ISO days.

Nested dataclasses, tuples of them and optional ones are followed. No ODM, no mapping per feature. What a class or type
needs is worked out once and kept: a report reads some hundred entities.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Document = dict[str, Any]
Turn = Callable[[Any], Any]
"""Turns one value; None in place of a turn leaves the value as it is."""
Step = tuple[str, str, Turn | None]
"""The attribute, its key, and how its value is turned."""

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
        return lambda value: {name: _written(getattr(value, name)) for name in names}
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
    plain = not hasattr(kind, "__post_init__") and hasattr(kind, "__dict__") and "__slots__" not in vars(kind)

    def make(document: Document) -> Any:
        values = {
            name: (document[key] if read is None else read(document[key]))
            for name, key, read in steps
            if key in document
        }
        if not plain or len(values) < len(steps):
            return kind(**values)
        entity = object.__new__(
            kind
        )  # a frozen class sets its attributes one by one, which takes as long again
        entity.__dict__.update(values)
        return entity

    return make


def _reader(hint: Any) -> Turn | None:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        read = _reader(inner[0]) if len(inner) == 1 else None
        return read and (lambda value: None if value is None else read(value))
    if origin in (tuple, list, frozenset):
        return _sequence_reader(origin, get_args(hint))
    return _class_reader(hint) if isinstance(hint, type) else None


def _sequence_reader(origin: type, args: tuple[Any, ...]) -> Turn:
    read = _reader(args[0]) if args else None
    if read is None:
        return lambda value: origin(value or ())
    return lambda value: origin([read(item) for item in value or ()])


def _class_reader(hint: type) -> Turn | None:
    if issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__
    if hint is datetime:
        return lambda value: value if value.tzinfo else value.replace(tzinfo=UTC)
    if hint is date:
        return date.fromisoformat
    return _maker(hint, "id") if is_dataclass(hint) else None
