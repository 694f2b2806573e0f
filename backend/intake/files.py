"""Reading what units hand in: CSV (UTF-8, a mark at its start tolerated, header row) or JSON lines, by the file's ending.

Streamed: the memory used does not grow with the file. A row that cannot be read is told with its line and the next one
goes on; only a file that cannot be used at all is an error.
"""

import csv
import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal, Protocol, TypeVar

from backend.intake import errors
from backend.intake.quality import Refusal
from schemas.text import Text

T = TypeVar("T")

LINE_BYTES = 1_000_000
CELL_CHARACTERS = 1_000_000
READ_BYTES: Literal[1048576] = 1048576
# A quoted cell may hold line breaks; one that goes on for longer is a quote that was never closed.
ROW_LINES = 100
UNREADABLE = "\udcff"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Values = dict[str, Any]


class Source(Protocol):
    """What can be taken in: a file on a disk (any `Path`), or one in memory (`Held`)."""

    @property
    def suffix(self) -> str: ...
    def is_file(self) -> bool: ...
    def open(self, mode: Literal["rb"], buffering: Literal[1048576] = READ_BYTES) -> BinaryIO: ...


@dataclass(frozen=True)
class Held:
    """A file in memory: what holds people's data and came over the network never lies open on a disk."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix

    def is_file(self) -> bool:
        return True

    def open(self, mode: Literal["rb"], buffering: Literal[1048576] = READ_BYTES) -> BinaryIO:
        """As a `Path`'s."""
        return BytesIO(self.content)


@dataclass(frozen=True)
class Form:
    """The columns of one kind of file; a column that is neither is refused, since a misspelt one would be lost unseen."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.required + self.optional)


@dataclass(frozen=True)
class RawRow:
    """One row as it stands: `line` is where it begins in the file, `raw` the cells of CSV or the text of a JSON line."""

    line: int
    raw: list[str] | str


@dataclass(frozen=True)
class Intake:
    """An opened file: its rows, and the header that `parse` needs to read one."""

    header: tuple[str, ...] | None
    rows: Iterator[RawRow]


def opened(path: Path | Source, form: Form, *, told: Callable[[int], object] = lambda _: None) -> Intake:
    """Open a file for streaming; `told` gets the bytes read so far, now and then.

    Raises a `ServiceError` (`intake.…`) for what is no readable file of this form: absent, empty, another ending or
    encoding, a header that lacks or misspells a column.
    """
    if not path.is_file():
        raise errors.no_file()
    ending = path.suffix.lower()
    if ending not in (".csv", ".jsonl", ".ndjson"):
        raise errors.wrong_ending()
    _require_utf8(path)
    lines = _lines(path, told)
    if ending != ".csv":
        return Intake(None, _json_rows(lines))
    csv.field_size_limit(CELL_CHARACTERS)
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    header = _header(reader, form)
    return Intake(header, _csv_rows(reader, feed, len(header)))


def parse(row: RawRow, header: tuple[str, ...] | None, form: Form) -> Values | Refusal:
    """The row as a mapping with its known columns (absent ones are None), or why it is refused."""
    values: Values | None
    if header is None:
        values = None if _broken(str(row.raw)) else _json_object(str(row.raw))
    elif len(row.raw) == len(header) and not _broken("".join(row.raw)):
        values = dict(zip(header, row.raw, strict=True))
    else:
        values = None
    if values is None:
        return Refusal(row.line, "row.unreadable", _UNREADABLE)
    if not values.keys() <= form.known:
        odd = errors.shown(min(values.keys() - form.known))
        return Refusal(row.line, "row.unknown_column", _UNKNOWN.fill(column=odd))
    if not all(map(values.get, form.required)):
        for name in form.required:
            if values.get(name) in (None, ""):
                return Refusal(row.line, "row.missing", _MISSING.fill(column=name))
    return values if len(values) == len(form.known) else {name: values.get(name) for name in form.known}


def writable(text: str) -> bool:
    """Whether a name can be stored and shown: one line, no control characters, no halves of characters."""
    return not _CONTROL.search(text)


def chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` (the last one may be shorter)."""
    chunk: list[T] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def digest(path: Path | Source) -> str:
    """SHA-256 of the file: the same file handed in again is the same batch."""
    found = hashlib.sha256()
    with path.open("rb", buffering=READ_BYTES) as file:
        while block := file.read(READ_BYTES):
            found.update(block)
    return found.hexdigest()


def _lines(path: Path | Source, told: Callable[[int], object]) -> Iterator[tuple[int, str]]:
    """Decoded lines with their numbers; one that is too long or not UTF-8 carries `UNREADABLE` and is refused later."""
    done = 0
    with path.open("rb", buffering=READ_BYTES) as file:
        for number, data in enumerate(iter(lambda: file.readline(LINE_BYTES + 1), b""), 1):
            line = data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data
            done += len(data)
            if len(data) > LINE_BYTES and not data.endswith(b"\n"):
                done += _skip_line(file)
                line = UNREADABLE.encode("utf-8", "surrogatepass")
            if number % 1000 == 0:
                told(done)
            yield number, line.decode("utf-8", "surrogateescape")
    told(done)


def _skip_line(file: Any) -> int:
    skipped = 0
    while data := file.readline(LINE_BYTES):
        skipped += len(data)
        if data.endswith(b"\n"):
            break
    return skipped


class _Feed:
    """The lines for the CSV reader, which can be given back, so that an unclosed quote costs its own line and no other."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()
        self.held: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.held) == ROW_LINES:
            raise csv.Error("the row does not end")
        self.held.append(self._back.popleft() if self._back else next(self._lines))
        return self.held[-1][1]

    def give_back(self) -> None:
        """Have all lines of this row but its first read again."""
        self._back.extendleft(reversed(self.held[1:]))


def _header(reader: Any, form: Form) -> tuple[str, ...]:
    try:
        header = tuple(name.strip() for name in next(reader))
    except StopIteration:
        raise errors.empty_file() from None
    except csv.Error:
        raise errors.bad_header() from None
    lacking = set(form.required) - set(header)
    unknown = set(header) - form.known
    if _broken("".join(header)) or len(set(header)) != len(header):
        raise errors.bad_header()
    if lacking or unknown:
        raise errors.wrong_columns(sorted(lacking), sorted(unknown), sorted(form.known))
    return header


def _csv_rows(reader: Any, feed: _Feed, columns: int) -> Iterator[RawRow]:
    while True:
        feed.held.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = [UNREADABLE]
        if len(feed.held) > 1 and len(cells) != columns:
            feed.give_back()
            cells = [UNREADABLE]
        if cells:
            yield RawRow(feed.held[0][0], cells)


def _require_utf8(path: Path | Source) -> None:
    """Refuse a file in another encoding as a whole; a single line that is not UTF-8 is refused as a row."""
    with path.open("rb") as file:
        start = file.read(READ_BYTES)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise errors.wrong_encoding()
    lines = start.splitlines()[: None if len(start) < READ_BYTES else -1]
    words = [line for line in lines if not line.isascii()]
    if 2 * sum(not _is_utf8(line) for line in words) > len(words):
        raise errors.wrong_encoding()


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _json_rows(lines: Iterator[tuple[int, str]]) -> Iterator[RawRow]:
    empty = True
    for number, text in lines:
        if text.strip():
            empty = False
            yield RawRow(number, text)
    if empty:
        raise errors.empty_file()


def _json_object(text: str) -> Values | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _broken(text: str) -> bool:
    """Whether the text has what is no UTF-8, `UNREADABLE` among it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


_UNREADABLE = Text(
    "该行无法读取（不是UTF-8、不是有效的CSV或JSON、列数不符或过长）",
    "the line cannot be read (not UTF-8, not valid CSV or JSON, the wrong number of cells, or too long)",
)
_UNKNOWN = Text("没有“{column}”这一列", "this kind of file has no column “{column}”")
_MISSING = Text("缺少“{column}”", "“{column}” is missing")
