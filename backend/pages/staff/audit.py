"""The audit log in the console: searched by a form whose address can be kept, and every search is itself a line."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from backend.audit import service
from backend.common.clock import SHANGHAI
from backend.common.errors import ServiceError
from backend.pages import forms
from backend.pages.edge import page, refused
from backend.pages.staff import lists
from backend.pages.words import t
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import audit as wire
from schemas.terms import Channel, Role

blp = Pages("staff_audit", __name__)

HOME = "/staff/audit"
BOXES = ("since", "until", "action", "actor_id", "target_id", "role", "channel")
_DAY = timedelta(days=1)


@blp.get(HOME)
def search() -> Response:
    """Nothing is searched before the form was sent once, so that who only opens the page leaves no line."""
    typed = {name: request.args.get(name, "").strip() for name in BOXES}
    facts = {"form": forms.Form(typed=typed), "found": None, **_choices(typed)}
    if not request.args:
        return page("staff/audit.html", **facts)
    read = forms.read_values(wire.AuditQuery, _asked(typed))
    # A mistyped condition must be told: left out in silence, it would widen the search.
    for name in request.args.keys() - {*BOXES, "cursor"}:
        sentence = t(
            "没有“{name}”这个检索条件", "There is nothing to search by of the name “{name}”", name=name[:40]
        )
        read.faults[name] = sentence
    if not read.ok:
        facts["form"] = forms.Form(faults=read.faults, typed=typed)
        return page("staff/audit.html", 422, **facts)
    try:
        facts["found"] = service.search(deps(), actor(), **read.values)
    except ServiceError as refusal:
        return refused(refusal, "staff/audit.html", **facts)
    return page("staff/audit.html", **facts)


def _asked(typed: dict[str, str]) -> dict[str, Any]:
    """The boxes as the API takes them: both days whole, an empty box left out."""
    asked: dict[str, Any] = {name: value for name, value in typed.items() if value}
    for name, further in (("since", timedelta(0)), ("until", _DAY)):
        if name in asked:
            asked[name] = _midnight(asked[name], further)
    return asked | {"limit": lists.LIMIT, "cursor": request.args.get("cursor") or None}


def _midnight(day: str, further: timedelta) -> str:
    try:
        begun = date.fromisoformat(day)
    except ValueError:
        return day
    # After the last day of all there is none; it is the field's to say that nobody asks about that one.
    return datetime.combine(min(begun, date.max - further) + further, time.min, SHANGHAI).isoformat()


def _choices(typed: dict[str, str]) -> dict[str, Any]:
    filled = {name: value for name, value in typed.items() if value}
    return {
        "actions": service.actions(deps(), actor()),
        "roles": list(Role),
        "channels": list(Channel),
        "again": f"{HOME}?{urlencode(filled or {'action': ''})}",
    }
