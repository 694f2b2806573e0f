"""Frozen dataclass <-> Mongo document: attribute name = key, `id` = `_id`, enums by value, dates as ISO days.

Nested dataclasses, tuples of them and optional ones are followed. No ODM, no mapping per feature.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Document = dict[str, Any]
Reader = Callable[[Any], Any]

_known_names: dict[type, tuple[str, ...]] = {}
_known_readers: dict[type, tuple[tuple[str, Reader], ...]] = {}


def to_document(entity: Any) -> Document:
    """The document of a flat or nested dataclass."""
    return {("_id" if name == "id" else name): _out(getattr(entity, name)) for name in _names(type(entity))}


def from_document(kind: type[T], document: Document) -> T:
    """The entity of a document; a key the class does not know is ignored (an older process reads a newer one's)."""
    values = {}
    for name, reader in _readers(kind):
        key = "_id" if name == "id" else name
        if key in document:
            values[name] = reader(document[key])
    return kind(**values)


def _out(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _out(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, tuple | list | frozenset):
        return [_out(item) for item in value]
    return value


def _names(kind: Any) -> tuple[str, ...]:
    if kind not in _known_names:
        _known_names[kind] = tuple(field.name for field in fields(kind))
    return _known_names[kind]


def _readers(kind: Any) -> tuple[tuple[str, Reader], ...]:
    if kind not in _known_readers:
        hints = get_type_hints(kind)
        _known_readers[kind] = tuple((field.name, _reader(hints[field.name])) for field in fields(kind))
    return _known_readers[kind]


def _reader(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        read = _reader(inner[0]) if len(inner) == 1 else _same
        return _same if read is _same else lambda value: None if value is None else read(value)
    if origin in (tuple, list, frozenset):
        return _sequence_reader(origin, get_args(hint))
    if isinstance(hint, type):
        return _class_reader(hint)
    return _same


def _sequence_reader(origin: type, args: tuple[Any, ...]) -> Any:
    read = _reader(args[0]) if args else _same
    if read is _same:
        return lambda value: origin(value or ())
    return lambda value: origin(read(item) for item in value or ())


def _class_reader(hint: type) -> Any:
    if issubclass(hint, Enum):
        return hint
    if hint is datetime:
        return lambda value: value if value.tzinfo else value.replace(tzinfo=UTC)
    if hint is date:
        return date.fromisoformat
    if is_dataclass(hint):
        return lambda value: _nested(hint, value)
    return _same


def _nested(kind: type[T], value: Document) -> T:
    names = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # is_dataclass was checked
    known = {name: read(value[name]) for name, read in _readers(kind) if name in value}
    missing = [
        n
        for n, f in names.items()
        if n not in known and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise KeyError(f"{kind.__name__} lacks {', '.join(missing)}")
    return kind(**known)


def _same(value: Any) -> Any:
    return value
