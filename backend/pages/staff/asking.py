"""What the forms of editors and managers have in common: boxes filled from what is kept, and refusals told at their boxes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Response, request

from backend.common.clock import SHANGHAI
from backend.common.errors import Kind, ServiceError
from backend.pages import forms
from backend.pages.edge import page, refused
from schemas.base import said
from schemas.terms import Term

_TYPED_HERE = "%Y-%m-%dT%H:%M"


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
    return refused(refusal, template, form=form, **facts)


def options(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Words to choose from, for `ui.choose` and the like."""
    return [(one.value, said(one.label)) for one in terms]


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
