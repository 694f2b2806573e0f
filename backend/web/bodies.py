"""How request bodies are read: strictly, in memory, and with a limit for each route."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO
from types import NoneType
from typing import IO, Any, NoReturn, cast
from urllib.parse import parse_qsl

import flask
import marshmallow as ma
from flask import Request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.sansio import multipart
from werkzeug.sansio.multipart import MultipartDecoder, Preamble
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from schemas.base import HALF_CHARACTER, Guessed
from schemas.text import Text

BODY_BYTES = 256 * 1024
"""The most a body may weigh where the route says nothing else."""
UPLOAD_BYTES = 5 * 1024 * 1024
"""The most any body may weigh."""
PARTS = 64
FIELD_BYTES = 128 * 1024
"""The most the text fields of a form may weigh; werkzeug refuses any upload when it is not well above its own reads of 64 KB."""
# RFC 7493 (I-JSON): beyond these, programs disagree about which number was meant.
WHOLE_NUMBERS = range(-(2**53) + 1, 2**53)
TOO_FAR = Text("数字过大", "This number is too large")
PLAIN = (str, int, NoneType)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OF_JSON = ("json", "body")
"""Defaults that cannot change under a caller's hands."""


class MemoryRequest(Request):
    """Uploaded files stay in memory: a picture of a face must never touch a disk on its way."""

    max_content_length = BODY_BYTES
    max_form_memory_size = FIELD_BYTES
    max_form_parts = PARTS

    @cached_property
    def stream(self) -> IO[bytes]:
        """As werkzeug's; of a body that does not say its length, what goes on behind the limit is too large."""
        if self.content_length is not None or not self.environ.get("wsgi.input_terminated"):
            found = super().stream
        else:
            found = cast(IO[bytes], _Unmeasured(self.input_stream, self.max_content_length or 0, is_max=True))
        return cast(IO[bytes], _Noting(found, self._begun)) if self.mimetype in _FORMS else found

    @cached_property
    def _begun(self) -> bytearray:
        return bytearray()

    def words_begun(self) -> list[tuple[str, str]]:
        """The texts at the beginning of a form that was too large to be taken: what somebody wrote, up to `FIELD_BYTES`."""
        if self.mimetype not in _FORMS:
            return []
        if (
            not self._begun and (self.content_length or 0) > FIELD_BYTES
        ):  # refused by its length, and not read at all
            self._begun.extend(self.environ["wsgi.input"].read(FIELD_BYTES))
        if self.mimetype == _FORMS[0]:
            return parse_qsl(self._begun.decode("ascii", "ignore"), errors="ignore")
        return _texts_of(bytes(self._begun), self.mimetype_params.get("boundary", ""))

    def _load_form_data(self) -> None:
        """A part of a form need not have a name; where a form is read, it is one that no field has."""
        super()._load_form_data()
        for kind in ("form", "files"):
            parts = self.__dict__[kind]
            if None in parts:
                named = [(name or "", part) for name, part in parts.items(multi=True)]
                self.__dict__[kind] = self.parameter_storage_class(named)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class Beyond(int):
    """The nearest number outside of `WHOLE_NUMBERS`, for one from farther out: a field with a bound refuses it by its name, and
    where anything may stand it is found again (`_beyond`), because it is not what was sent."""


class _Noting:
    """A stream whose beginning is kept beside it."""

    def __init__(self, whole: IO[bytes], begun: bytearray) -> None:
        self._whole = whole
        self._begun = begun

    def read(self, size: int = -1) -> bytes:
        found = self._whole.read(size)
        self._begun.extend(found[: FIELD_BYTES - len(self._begun)])
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


def _texts_of(begun: bytes, boundary: str) -> list[tuple[str, str]]:
    """The texts of a multipart form before its first file; the last may be cut."""
    reader = MultipartDecoder(boundary.encode("ascii", "ignore"))
    reader.receive_data(begun)
    found: list[tuple[str, bytes]] = []
    try:
        while isinstance(event := reader.next_event(), Preamble | multipart.Field | multipart.Data):
            if isinstance(event, multipart.Field):
                found.append((event.name or "", b""))
            elif isinstance(event, multipart.Data):
                name, before = found.pop()
                found.append((name, before + event.data))
    except ValueError:  # no form after all
        return []
    return [(name, text.decode("utf-8", "ignore")) for name, text in found]


class _Unmeasured(LimitedStream):
    """werkzeug's own reads as far as the limit and takes that for the whole, so a cut JSON would be called malformed."""

    def readall(self) -> bytes:
        found = super().readall()
        if self.is_exhausted:
            self.on_exhausted()
        return found

    def on_exhausted(self) -> None:
        """What follows is read and dropped up to the most any body may weigh; a client that still sends sees no answer."""
        more = len(self._stream.read(1))
        while more and self._pos < UPLOAD_BYTES and (dropped := self._stream.read(FIELD_BYTES)):
            self._pos += len(dropped)
        if more:
            super().on_exhausted()


class StrictParser(FlaskParser):
    """webargs' parser with JSON as RFC 7493 wants it: UTF-8, no key twice, no number that programs read differently."""

    # webargs drops what a query has too much; a misspelt filter must be told, not widen a list in silence.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs declares it so
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "querystring": None,
        "files": None,
        "body": None,
        "attached": None,
    }
    # A body as JSON or as a form, and the files beside the form: `Routes.takes` asks for both.
    __location_map__: dict[str, str | Callable[..., Any]] = {  # noqa: RUF012 - webargs declares it so
        **FlaskParser.__location_map__,
        "body": "load_body",
        "attached": "load_attached",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._made: dict[type[ma.Schema], ma.Schema] = {}
        self._of_nothing: dict[Any, dict[str, Any]] = {}

    def parse(self, argmap: Any, req: Request | None = None, **kwargs: Any) -> Any:
        """As webargs does; what a schema makes of no query at all is worked out once, since most requests have none."""
        asked = req or flask.request
        if kwargs.get("location") != "query" or asked.query_string:
            return self._within(super().parse(argmap, asked, **kwargs), argmap, asked, kwargs)
        if argmap not in self._of_nothing:
            found = super().parse(argmap, asked, **kwargs)
            if not all(isinstance(value, PLAIN) for value in found.values()):
                return found
            self._of_nothing[argmap] = found
        return dict(self._of_nothing[argmap])

    def _within(self, found: Any, argmap: Any, req: Request, about: dict[str, Any]) -> Any:
        """What was read, unless a place where any content may stand holds a number that is not what was sent."""
        where = about.get("location") or self.location
        if where in _OF_JSON and (faults := _beyond(found)):
            schema = self._get_schema(argmap, req)
            status, headers = about.get("error_status_code"), about.get("error_headers")
            error = ma.ValidationError(faults)
            self._on_validation_error(
                error, req, schema, where, error_status_code=status, error_headers=headers
            )
        return found

    def _get_schema(self, argmap: Any, req: Request) -> ma.Schema:
        """One schema a class instead of one a request, whose making costs as much as three decryptions."""
        if not isinstance(argmap, type):
            return super()._get_schema(argmap, req)
        if argmap not in self._made:
            self._made[argmap] = super()._get_schema(argmap, req)
        return self._made[argmap]

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        if not raw and not req.mimetype:
            return core.missing
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType
        try:
            return read_json(raw, whole=_nearest)
        except (ValueError, RecursionError) as error:
            raise BadRequest from error

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """As webargs does; a code that may be a guess is for its field to judge, whatever characters it has."""
        if not (req.is_json and (guessed := _guessed(schema))):
            return super().load_json(req, schema)
        try:
            return read_json(req.get_data(cache=True), but=guessed, whole=_nearest)
        except (ValueError, RecursionError) as error:
            raise BadRequest from error

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        if any(HALF_CHARACTER.search(text) for pair in req.args.items(multi=True) for text in pair):
            raise BadRequest
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: ma.Schema) -> Any:
        _need_form(req)
        if any(HALF_CHARACTER.search(text) for pair in req.form.items(multi=True) for text in pair):
            raise BadRequest
        return super().load_form(req, schema)

    def load_files(self, req: Request, schema: ma.Schema) -> Any:
        _need_form(req)
        return super().load_files(req, schema)

    def load_body(self, req: Request, schema: ma.Schema) -> Any:
        """The same fields from JSON or from a multipart form."""
        return self.load_form(req, schema) if is_multipart(req) else self.load_json(req, schema)

    def load_attached(self, req: Request, schema: ma.Schema) -> Any:
        """The files of a multipart form; JSON brings none."""
        return self.load_files(req, schema) if is_multipart(req) else {}


def is_multipart(req: Request) -> bool:
    return req.mimetype == "multipart/form-data"


def contents(files: Iterable[FileStorage]) -> Iterator[tuple[str, bytes]]:
    """The name each file was sent under and what is in it, without copying what lies in memory already.

    A part with neither is what a page sends for a field in which nobody chose a file: none.
    """
    for file in files:
        stream = file.stream
        content = stream.getvalue() if isinstance(stream, BytesIO) else stream.read()
        file.close()
        if file.filename or content:
            yield file.filename or "", content


def read_json(
    raw: bytes, *, but: frozenset[str] = frozenset(), whole: Callable[[str], int] | None = None
) -> Any:
    """The value of a JSON text; raises `ValueError` or `RecursionError` for what is not I-JSON.

    The values of the outermost keys `but` may hold any characters. `whole` reads whole numbers, otherwise refused beyond I-JSON.
    """
    text = raw.decode("utf-8")
    value = json.loads(
        text,
        object_pairs_hook=_object,
        parse_int=whole or _whole,
        parse_float=_finite,
        parse_constant=_refuse,
    )
    if "\\" in text or "\0" in text:
        kept = (
            {key: one for key, one in value.items() if key not in but} if isinstance(value, dict) else value
        )
        _refuse_half_characters(kept)
    return value


@cache
def _guessed_of(schema: type[ma.Schema]) -> frozenset[str]:
    found = schema._declared_fields
    return frozenset(name for name, field in found.items() if isinstance(field, Guessed))


def _guessed(schema: ma.Schema) -> frozenset[str]:
    """The fields of a body that may be guesses."""
    return _guessed_of(type(schema))


def _need_form(req: Request) -> None:
    if req.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise UnsupportedMediaType


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _whole(digits: str) -> int:
    number = _nearest(digits)
    if isinstance(number, Beyond):
        raise ValueError("number too large")
    return number


def _nearest(digits: str) -> int:
    if len(digits) <= 17 and int(digits) in WHOLE_NUMBERS:
        return int(digits)
    return Beyond(WHOLE_NUMBERS.start - 1 if digits.startswith("-") else WHOLE_NUMBERS.stop)


def _beyond(value: Any) -> Any:
    """Where in a read value a number is another than was sent, in the shape of a schema's faults; nothing when none is."""
    if isinstance(value, Beyond):
        return [TOO_FAR]
    if isinstance(value, dict):
        told = ((name, _beyond(inner)) for name, inner in value.items())
    elif isinstance(value, list):
        told = ((at, _beyond(inner)) for at, inner in enumerate(value))
    else:
        return None
    return {name: faults for name, faults in told if faults}


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number too large")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _refuse_half_characters(value: Any) -> None:
    if isinstance(value, str):
        if HALF_CHARACTER.search(value):
            raise ValueError("not a text")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_half_characters(key)
            _refuse_half_characters(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_half_characters(inner)
