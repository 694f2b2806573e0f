"""Working days in the console: what each year rests on, and putting a year in, looked at before it is written."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, request

from backend.calendars import service as calendars
from backend.calendars.model import YearView
from backend.common.errors import ServiceError
from backend.desk import service as desk
from backend.pages import forms, repeats
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import calendars as wire

blp = Pages("staff_calendars", __name__)

HOME = "/staff/calendars"
DAY = timedelta(days=1)
LONGEST_SPAN = 40
_BETWEEN = re.compile(r"[\s,，、;；]+")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.|~|～|至)(\d{4}-\d\d-\d\d)")
Span = tuple[date, date]


@blp.get(HOME)
def years() -> Response:
    found = calendars.tables(deps(), actor()).items
    shown = [(one, spans(one.holidays), spans(one.make_up_days)) for one in reversed(found)]
    return page("staff/calendars.html", years=shown)


@blp.get(f"{HOME}/<int:year>")
def draft(year: int) -> Response:
    return _drafted(year, forms.Form())


@blp.post(f"{HOME}/<int:year>")
def put(year: int) -> Response:
    """`act` is `check`, which writes nothing and says what would change, or `put`, whose answer tells which cases moved; sent
    again, that one leads to the years as they stand."""
    form = forms.read_values(wire.CalendarPut, _sent())
    if not form.ok:
        return _drafted(year, form, code=422)
    try:
        if request.form.get("act") == "put":
            put_in = repeats.shown_once(lambda: desk.put_year(deps(), actor(), year=year, **form.values))
            return page("staff/calendar_put.html", put=put_in) if put_in else go(HOME)
        before, found = _view(year), desk.preview_year(deps(), actor(), year=year, **form.values)
    except ServiceError as refusal:
        return refused(refusal, "staff/calendar.html", **_facts(year, form))
    return _drafted(year, form, changes=_changes(before, found.year))


def spans(days: Iterable[date]) -> list[Span]:
    """Days that follow each other as their first and last."""
    found: list[Span] = []
    for day in sorted(days):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def days_of(text: str) -> list[str]:
    """The days that somebody typed, one by one or as `2027-02-05..2027-02-11`; whether they are days is the schema's to say."""
    found: list[str] = []
    for word in filter(
        None, _BETWEEN.split(_SPAN.sub(r"\1..\2", re.sub(r"\s*(\.\.|~|～|至)\s*", "..", text)))
    ):
        first, _, last = word.partition("..")
        found += _between(first, last) if last else [first]
    return found


def _between(first: str, last: str) -> Sequence[str]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return [first, last]
    count = (end - begin).days
    if not 0 <= count < LONGEST_SPAN:
        return [f"{first}..{last}"]
    return [(begin + DAY * place).isoformat() for place in range(count + 1)]


def _sent() -> dict[str, Any]:
    form = request.form
    return {
        "holidays": days_of(form.get("holidays", "")),
        "make_up_days": days_of(form.get("make_up_days", "")),
        "source": form.get("source", ""),
        "replaces": form.get("replaces") or None,
    }


def _view(year: int) -> YearView | None:
    return next((one for one in calendars.tables(deps(), actor()).items if one.year == year), None)


def _changes(before: YearView | None, after: YearView) -> dict[str, list[Span]]:
    """Which days would be others than they are now."""
    known = before if before is not None else YearView(after.year, True, "", (), ())
    return {
        "new_off": spans(set(after.holidays) - set(known.holidays)),
        "no_longer_off": spans(set(known.holidays) - set(after.holidays)),
        "new_worked": spans(set(after.make_up_days) - set(known.make_up_days)),
        "no_longer_worked": spans(set(known.make_up_days) - set(after.make_up_days)),
    }


def _facts(year: int, form: forms.Form) -> dict[str, Any]:
    known = _view(year)
    typed = form.typed or (_as_typed(known) if known is not None else {})
    form = forms.Form(form.values, form.faults, typed)
    return {"year": year, "known": known, "form": form, "version": (known.version if known else None) or 0}


def _as_typed(known: YearView) -> dict[str, str]:
    """The year as it stands, to be changed."""
    return {
        "holidays": "\n".join(
            first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
            for first, last in spans(known.holidays)
        ),
        "make_up_days": "\n".join(day.isoformat() for day in known.make_up_days),
        "source": known.source or "",
    }


def _drafted(year: int, form: forms.Form, *, code: int = 200, **more: Any) -> Response:
    return page("staff/calendar.html", code, **_facts(year, form), **more)
