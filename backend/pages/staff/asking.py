"""What the forms of editors and managers have in common: boxes read as the API's bodies, filled from what is kept, and refusals
told at their boxes."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Response, request
from marshmallow import fields

from backend.common.clock import SHANGHAI
from backend.common.errors import Kind, ServiceError
from backend.idempotency import service as idempotency
from backend.pages import forms
from backend.pages.edge import page, refused
from backend.web.auth import actor, deps
from schemas.base import HALF_CHARACTER, BeijingTime, RequestSchema, said
from schemas.terms import Term
from schemas.text import Text

_TYPED_HERE = "%Y-%m-%dT%H:%M"


def sent(schema: type[RequestSchema]) -> dict[str, Any]:
    """The boxes that the schema knows, each in the shape in which the API takes it; an empty one that may be left out is."""
    found: dict[str, Any] = {}
    for name, wanted in schema().fields.items():
        if isinstance(wanted, fields.Boolean):
            found[name] = request.form.get(name) == "1"
        elif isinstance(wanted, fields.List) and not isinstance(wanted.inner, fields.Nested):
            found[name] = [value for value in request.form.getlist(name) if value]
        elif name in request.form and (request.form[name] or wanted.required):
            found[name] = _shaped(wanted, request.form[name])
    return found


def read(schema: type[RequestSchema], **beside: Any) -> forms.Form:
    """The form of this request; `beside` is what the page puts together itself."""
    return forms.read_values(schema, sent(schema) | beside)


def filled(**kept: Any) -> forms.Form:
    """A form with what is kept in its boxes."""
    return forms.Form(typed={name: box(value) for name, value in kept.items()})


def chosen(**kept: Iterable[Any]) -> dict[str, list[str]]:
    """What is ticked in boxes of which several may be: as sent, else as kept."""
    if request.method == "POST":
        return {name: request.form.getlist(name) for name in kept}
    return {name: [box(value) for value in values] for name, values in kept.items()}


def shown(
    template: str, form: forms.Form | None = None, refusal: ServiceError | None = None, **facts: Any
) -> Response:
    """The page of a form: fresh, with faults, or with what was refused, as far as it can be at the boxes it is about. Where
    somebody else was faster it goes on from the version that is in force now."""
    form = form or forms.Form()
    if refusal is None:
        return page(template, 200 if form.ok else 422, form=form, **facts)
    if refusal.kind is Kind.NOT_FOUND:
        raise refusal
    if refusal.reason.endswith(".stale") and refusal.data:
        form.typed["version"] = str(refusal.data["version"])
    for one in (refusal.data or {}).get("errors", ()):
        if "zh" in one:
            form.faults.setdefault(one["field"].partition(".")[0], said(Text(one["zh"], one["en"])))
    return refused(refusal, template, form=form, **facts)


def once(make: Callable[[], str]) -> str:
    """The address of what a form makes. The same form sent again, by a second tap or by going back, leads there and makes
    nothing; filled in otherwise it is another."""
    boxes = [(name, value) for name, value in request.form.items(multi=True) if name != forms.FIELD]
    digest = hashlib.sha256(json.dumps([request.path, boxes]).encode()).digest()
    claim = idempotency.begin(deps(), actor(), owner=f"page:{actor().id}", key=digest.hex(), digest=digest)
    if claim.reply is not None:
        return claim.reply.headers["Location"]
    try:
        address = make()
    except ServiceError:
        idempotency.abandon(deps(), claim)
        raise
    idempotency.finish(deps(), claim, status=303, headers={"Location": address}, body=b"")
    return address


def _shaped(wanted: fields.Field[Any], text: str) -> Any:
    if HALF_CHARACTER.search(text):
        return ""
    if isinstance(wanted, fields.Integer):
        return number(text.strip())
    if isinstance(wanted, BeijingTime):
        return moment(text.strip())
    return text


def options(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Words to choose from, for `ui.choose` and the like."""
    return [(one.value, said(one.label)) for one in terms]


def number(text: str) -> int | str:
    """A whole number as typed; what is none stays, for the schema to say so."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) <= 12 else text


def moment(text: str) -> str:
    """A box for day and time says no offset; here it is Shanghai's."""
    return f"{text}+08:00" if len(text) == len("2026-11-29T08:00") else text


def unmoved(kept: datetime, name: str, read: datetime) -> datetime:
    """A box shows minutes: one that was left as it was means the very instant that is kept."""
    return kept if request.form.get(name) == box(kept) else read


def box(value: Any) -> str:
    """What stands in a box for a value that is kept."""
    if value is None:
        return ""
    if isinstance(value, Term):
        return str(value.value)
    return value.astimezone(SHANGHAI).strftime(_TYPED_HERE) if isinstance(value, datetime) else str(value)
