"""Forms: that they come from our own pages, and what stands in them, read by the same schemas as the API's bodies.

A form is ours when it carries a code over the visitor's form cookie and session, keyed with the service's secret; another site
can make a browser send our cookies (SameSite stops most of that already) but cannot know the code. `Origin` and
`Sec-Fetch-Site`, where a browser sends them, must agree (OWASP, Cross-Site Request Forgery Prevention).
"""

import hmac
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import marshmallow as ma
from flask import Request, g, request
from marshmallow import fields

from backend.common import ids
from backend.common.macs import mac
from backend.pages import cookies, errors
from backend.web import auth, wording
from schemas.base import (
    HALF_CHARACTER,
    BeijingTime,
    QuerySchema,
    RequestSchema,
    nothing_said,
    said,
    speaking,
)
from schemas.terms import Role
from schemas.text import Text

FIELD, HEADER = "_form", "X-Form-Code"
NEXT = "next"
ONCE, ONCE_CHARACTERS = "_once", 64
PURPOSE = "page-forms"
DIGITS = 12
"""So many at most has a number that anybody types."""
_MONEY = Text("应为金额（元），如 12 或 12.50", "An amount in yuan, as 12 or 12.50")
_OURS = (FIELD, NEXT, ONCE)
_MOMENT = Text(
    "请填写日期和时间，例如 2026-12-01 09:00", "Please give the day and the time, such as 2026-12-01 09:00"
)
_DAY = Text("请填写日期，例如 2026-12-01", "Please give a day, such as 2026-12-01")
_LISTED = Text("请从列出的选项中选择", "Please choose one of those listed")
_TOO_LARGE = Text("数字过大", "This number is too large")
_NO_MONEY = Text("请填写金额，最多两位小数", "Please give an amount with two decimals at most")
_NO_NUMBER = ("Not a valid integer.", "Not a valid number.")
# By the beginnings of marshmallow's sentences; None is for a box in which nothing stands.
_SAID: dict[str, Text | None] = {
    "Missing data for required field.": None,
    "Field may not be null.": None,
    "Must be one of": _LISTED,
    "Not a valid choice": _LISTED,
    "One or more of the choices": _LISTED,
    "Not a valid datetime": _MOMENT,
    "Not a valid aware datetime": _MOMENT,
    "Not a valid date.": _DAY,
}


@dataclass
class Form:
    """What was filled in: `values` by the schema when `ok`, else the sentences about each field, and what stood there."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.faults


def code() -> str:
    """The code that the forms of this answer carry; a visitor's first form gives the browser its form cookie."""
    known = request.cookies.get(cookies.FORM) or g.get("form_cookie")
    if not known:
        known = g.form_cookie = ids.new_id() + ids.new_id()
        cookies.keep_form(known)
    made: dict[str, str] = g.setdefault("form_codes", {})  # a page asks for it several times
    if known not in made:
        made[known] = _code(known)
    return made[known]


def require(asked: Request) -> None:
    """Raise `forms.stale` unless this request was made by a page of ours, for this visitor; 401 where nobody is signed in and the
    browser itself says that a page of ours sent it: it was made for somebody who was."""
    known, shown = asked.cookies.get(cookies.FORM), asked.headers.get(HEADER) or asked.form.get(FIELD)
    require_home(asked)
    if not known or not shown or not hmac.compare_digest(_code(known).encode(), shown.encode()):
        if known and shown and is_surely_ours(asked) and g.visitor.role is Role.ANONYMOUS:
            raise errors.signed_out()
        raise errors.stale_form()
    g.form_is_ours = True


def require_home(asked: Request) -> None:
    """Raise `forms.stale` where the browser says that the form stood on another site."""
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise errors.stale_form()
    if not _is_home(asked, asked.headers.get("Origin")):
        raise errors.stale_form()


def is_surely_ours(asked: Request) -> bool:
    """Whether the browser itself says that a page of ours sent this form, whatever became of the form's code."""
    origin = asked.headers.get("Origin")
    return asked.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and (
        origin is not None and _is_home(asked, origin)
    )


def read(schema: type[RequestSchema], **beside: Any) -> Form:
    """The form of this request by a schema of the API, each box in the shape in which the API takes it; `beside` are fields that
    the page puts together itself.

    An empty box of a field that may be left out counts as left out, a box that is not ticked as no; what the schema does not know
    is the page's own affair.
    """
    return read_values(schema, _boxes(schema()) | beside)


def read_values(schema: type[RequestSchema | QuerySchema], values: dict[str, Any]) -> Form:
    """The same of values that the page took from the form itself."""
    typed = {name: value for name, value in request.form.items() if name not in _OURS}
    try:
        return Form(values=schema().load(values), typed=typed)
    except ma.ValidationError as error:
        plain = _plain(schema(), error.messages, values)
        worded = wording.worded(plain, speaking())
        return Form(faults=_at_boxes(worded, typed), typed=typed)


def once() -> str:
    """The word that a form carries so that its work is done once (`repeats`): as sent, so that a form that was refused stays the
    same one, or new."""
    return (None if g.get("form_is_spent") else word()) or ids.new_id()


def word() -> str | None:
    """The word that came with this form."""
    sent = request.form.get(ONCE, "")
    return sent if 0 < len(sent) <= ONCE_CHARACTERS else None


def spend() -> None:
    """The work of this form is done: what stands on its answer are other forms, with words of their own."""
    g.form_is_spent = True


def way_on(usual: str = "/") -> str:
    """Where the visitor wanted to go: a path of this site and of no other."""
    return local(request.values.get(NEXT)) or usual


def with_next(step: str, wanted: str) -> str:
    """The address of a step that leads on to what was wanted."""
    return f"{step}?{urlencode({NEXT: wanted})}"


def local(target: str | None) -> str | None:
    """The target when it is a plain path of ours; browsers read `//` and `/\\` as another site."""
    if not target or len(target) > 500 or not target.startswith("/") or not target.isprintable():
        return None
    return None if target[1:2] in ("/", "\\") or "\\" in target else target


def number(text: str) -> int | str:
    """A whole number as typed; what is none stays as it is, for the schema to say so."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) <= DIGITS else text


def fen(name: str) -> int | str | None:
    """Money that was typed in yuan, as whole fen; what is none stays as it is, and is refused by the schema."""
    typed = request.form.get(name, "").strip()
    return fen_of(typed) if typed else 0


def fen_of(typed: str) -> int | str:
    """The same of the text itself."""
    found = re.fullmatch(r"([0-9]{1,8})(?:[.。]([0-9]{1,2}))?", typed.strip())
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else typed


def tell_no_money(form: Form, name: str, fault: str | None = None) -> None:
    """Say at a box for yuan that was refused what belongs into it: the schema knows of whole fen only."""
    typed = request.form.get(name, "").strip()
    if typed and isinstance(fen_of(typed), str):
        form.faults[fault or name] = said(_MONEY)


def _code(known: str) -> str:
    visitor = g.get("visitor")
    session = (visitor.session_id if visitor else None) or ""
    key = auth.deps().sealer.derive(PURPOSE)
    return mac(key, f"{known}\0{session}".encode("utf-8", "surrogatepass")).hex()


def _is_home(asked: Request, origin: str | None) -> bool:
    if origin is None:
        return True
    try:
        named = urlsplit(origin).netloc
    except ValueError:  # `http://[` is no origin
        return False
    return named in (asked.host, urlsplit(auth.deps().settings.site).netloc)


def _boxes(schema: ma.Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, wanted in schema.fields.items():
        if isinstance(wanted, fields.Boolean):
            found[name] = bool(request.form.get(name))
        elif isinstance(wanted, fields.List) and not isinstance(wanted.inner, fields.Nested):
            found[name] = [value for value in request.form.getlist(name) if value]
        elif name in request.form and (request.form[name] or wanted.required):
            found[name] = _shaped(wanted, request.form[name])
    return found


def _shaped(wanted: fields.Field[Any], text: str) -> Any:
    if HALF_CHARACTER.search(text):
        return ""
    if isinstance(wanted, fields.Integer):
        return number(text.strip())
    if isinstance(wanted, BeijingTime):
        return _moment(text.strip())
    # A browser counts an end of a line as one character and sends it as two.
    return text.replace("\r\n", "\n")


def _moment(text: str) -> str:
    """A box for day and time says no offset; here it is Shanghai's. Where a browser has no such box, somebody types a blank."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", text):
        return text
    return f"{text.replace(' ', 'T')}+08:00"


def _plain(schema: ma.Schema, told: Any, values: Any) -> dict[str, Any]:
    """What is wrong with each field as a person at a box is told it, and not a program with a body."""
    if not isinstance(told, dict):
        return {"_schema": told}
    found: dict[str, Any] = {}
    for name, about in told.items():
        wanted = schema.fields.get(name)
        value = values.get(name) if isinstance(values, dict) else None
        if isinstance(wanted, fields.Nested) and isinstance(about, dict):
            found[name] = _plain(wanted.schema, about, value)
        else:
            found[name] = _plainly(wanted, about, value)
    return found


def _plainly(wanted: fields.Field[Any] | None, about: Any, value: Any) -> Any:
    if isinstance(about, dict):
        return {name: _plainly(wanted, inner, value) for name, inner in about.items()}
    if isinstance(about, list):
        return [_plainly(wanted, inner, value) for inner in about]
    if isinstance(about, Text) or wanted is None:
        return about
    for begins, told in _SAID.items():
        if str(about).startswith(begins):
            return told or nothing_said(wanted)
    if str(about) in _NO_NUMBER:
        if re.fullmatch(r"[+-]?[0-9]+", str(value).strip()):
            return _TOO_LARGE
        return _NO_MONEY if (wanted.name or "").endswith("_fen") and "." in str(value) else about
    return about


def _at_boxes(told: dict[str, Any], typed: dict[str, str]) -> dict[str, str]:
    """One sentence for each field; of a body within the body, for each of its fields that has a box of its own."""
    found: dict[str, str] = {}
    for name, about in told.items():
        inner = about if isinstance(about, dict) and name not in typed else {}
        found |= {each: _first(said) for each, said in inner.items() if each in typed}
        if not any(each in typed for each in inner):
            found[name] = _first(about)
    return found


def _first(said: Any) -> str:
    while isinstance(said, dict | list) and said:
        said = next(iter(said.values())) if isinstance(said, dict) else said[0]
    return str(said)
