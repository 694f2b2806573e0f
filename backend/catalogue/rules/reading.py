"""Units and catalogue items out of CSV, JSON lines or YAML.

CSV: a header row with the attribute names; `fields`, `basis` and `consent` as JSON in their cells. JSON lines: one object a
line. YAML: a list, or a mapping with `units` or `items`. Attribute names are those of `model`.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from backend.catalogue.model import CatalogueItem, Unit
from backend.common import yamls
from backend.common.documents import from_document

Row = dict[str, Any]
T = TypeVar("T")

DATA = Path(__file__).parent.parent / "data"
NESTED = ("fields", "basis", "consent")
# What `publish` gives an item; a file that names them would only contradict it.
GIVEN = ("id", "year", "version")
TRUE, FALSE = frozenset({"true", "yes", "1", "是"}), frozenset({"false", "no", "0", "否", ""})


class Unreadable(ValueError):
    """A file, line or row that cannot be read; `line` counts from 1 and is None for a whole file."""

    def __init__(self, line: int | None, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


def read_rows(name: str, lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their line (YAML: place in the list), by its ending; raises `Unreadable`."""
    ending = Path(name).suffix.lower()
    readers: dict[str, Callable[[Iterable[str]], Iterator[tuple[int, Row]]]] = {
        ".csv": _csv_rows,
        ".jsonl": _json_rows,
        ".ndjson": _json_rows,
        ".yaml": _yaml_rows,
        ".yml": _yaml_rows,
    }
    if ending not in readers:
        raise Unreadable(None, "the file must end in .csv, .jsonl or .yaml")
    return readers[ending](lines)


def unit_of(row: Mapping[str, Any]) -> Unit:
    """The unit of a row; raises `Unreadable` without repeating a value."""
    return _made(Unit, dict(row))


def item_of(row: Mapping[str, Any], *, year: int, version: int) -> CatalogueItem:
    """The item of a row for a release of `year`; raises `Unreadable` without repeating a value."""
    values = {name: value for name, value in row.items() if name not in GIVEN}
    for name in NESTED:
        if isinstance(values.get(name), str):
            values[name] = json.loads(values[name]) if values[name].strip() else None
    optional = {"severity": None, "query_years": None, "display_months": None, "withdrawable": False}
    values = optional | {name: value for name, value in values.items() if value is not None and value != ""}
    return _made(
        CatalogueItem,
        values | {"id": f"{year}.{version}.{values.get('code')}", "year": year, "version": version},
    )


def digest(items: Iterable[CatalogueItem]) -> str:
    """SHA-256 over everything the items say, whatever their order, year and version."""
    said = sorted(json.dumps(_said(item), ensure_ascii=False, sort_keys=True) for item in items)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def demonstration_units() -> list[Row]:
    """The units of the demonstration city, as rows."""
    return [
        row for _, row in read_rows("units.yaml", (DATA / "units.yaml").read_text("utf-8").splitlines(True))
    ]


def demonstration_items() -> list[Row]:
    """The demonstration catalogue, as rows."""
    return [
        row
        for _, row in read_rows(
            "catalogue.yaml", (DATA / "catalogue.yaml").read_text("utf-8").splitlines(True)
        )
    ]


def _said(item: CatalogueItem) -> Row:
    return {name: value for name, value in asdict(item).items() if name not in GIVEN}


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(_without_mark(lines), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise Unreadable(reader.line_num, "the row has more or fewer cells than the header")
            yield reader.line_num, {name.strip(): value for name, value in row.items()}
    except csv.Error as error:
        raise Unreadable(reader.reader.line_num, "the row is not readable CSV") from error


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(_without_mark(lines), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unreadable(number, "the line is not JSON") from error
        if not isinstance(row, dict):
            raise Unreadable(number, "the line is not a JSON object")
        yield number, row


def _yaml_rows(lines: Iterable[str]) -> Iterator[tuple[int, Row]]:
    try:
        read = yamls.load("".join(_without_mark(lines)))
    except yamls.YAMLError as error:
        raise Unreadable(
            getattr(getattr(error, "problem_mark", None), "line", None), "not readable YAML"
        ) from error
    if isinstance(read, dict):
        read = read.get("units") or read.get("items")
    if not isinstance(read, list) or not all(isinstance(row, dict) for row in read):
        raise Unreadable(None, "the file must hold a list of units or items")
    yield from enumerate(read, 1)


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if place == 0 else line


def _made(kind: type[T], values: Row) -> T:
    hints = get_type_hints(kind)
    unknown = set(values) - set(hints)
    if unknown:
        raise Unreadable(None, f"there is no column {', '.join(sorted(map(str, unknown)))[:80]}")
    for name, value in values.items():
        values[name] = _plain(hints[name], name, value)
    missing = [f.name for f in fields(kind) if f.name not in values and f.name in _needed(kind)]  # type: ignore[arg-type]  # callers pass dataclasses
    if missing:
        raise Unreadable(None, f"the column {missing[0]} is missing")
    try:
        return from_document(
            kind, {("_id" if name == "id" else name): value for name, value in values.items()}
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(None, "a value or a nested field is not of the right form") from error


def _needed(kind: type) -> frozenset[str]:
    return frozenset({"id", "name_zh", "name_en", "kind"} if kind is Unit else _NEEDED_OF_ITEMS)


_NEEDED_OF_ITEMS = frozenset(
    "code title_zh title_en unit_code subject_kind nature category openness basis fields".split()
)


def _plain(hint: Any, name: str, value: Any) -> Any:
    """Cells are text: numbers and truth values are read from it; a value of the wrong type is refused."""
    wanted = (
        [arg for arg in get_args(hint) if arg is not type(None)] if isinstance(hint, UnionType) else [hint]
    )
    if value is None and isinstance(hint, UnionType):
        return None
    if wanted == [int]:
        return _whole(name, value)
    if wanted == [bool]:
        return _truth(name, value)
    if wanted == [str]:
        if not isinstance(value, str):
            raise Unreadable(None, f"{name} must be text")
        return value.strip()
    if isinstance(wanted[0], type) and issubclass(wanted[0], Enum) and value not in list(wanted[0]):
        raise Unreadable(None, f"{name} is not one of {', '.join(wanted[0])}")
    return value


def _whole(name: str, value: Any) -> int:
    try:
        return int(value) if not isinstance(value, bool | float) else int("")
    except (ValueError, TypeError) as error:
        raise Unreadable(None, f"{name} must be a whole number") from error


def _truth(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise Unreadable(None, f"{name} must be true or false")
    return text in TRUE
