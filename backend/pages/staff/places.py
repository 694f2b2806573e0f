"""The map in the console: shops of the yearly lists, their replies, and what residents report about them."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from backend.common.clock import shanghai_date
from backend.common.districts import DISTRICTS
from backend.common.errors import ServiceError
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, lists
from backend.places import service
from backend.places.model import Particulars
from backend.places.service import StaffShown
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import places as wire
from schemas.base import RequestSchema
from schemas.terms import Crs, PlaceFinding, PlaceKind, PlaceState, PlaceTaskState

blp = Pages("staff_places", __name__)

HOME = "/staff/places"
TASKS = f"{HOME}/tasks"
LISTED = ("year", "assessed_by", "valid_until", "source_document")
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., StaffShown]]] = {
    "pause": (wire.PlaceReason, service.pause),
    "resume": (wire.PlaceResume, service.resume),
    "close": (wire.PlaceReason, service.close),
    "reply": (wire.PlaceReplyPut, service.put_reply),
}


@blp.get(HOME)
def places() -> Response:
    """All shops; whoever comes from the desk's queue wants the reports."""
    if request.args.get("queue"):
        return go(TASKS)
    state, district = lists.state_of(PlaceState), request.args.get("district") or None
    found = service.listed_for_staff(
        deps(),
        actor(),
        state=state,
        district=district if district in DISTRICTS else None,
        limit=lists.LIMIT,
        cursor=request.args.get("cursor"),
    )
    return a_page(
        "staff/editors/places.html",
        found=found,
        states=list(PlaceState),
        state=state,
        districts=list(DISTRICTS.items()),
        district=district or "",
    )


@blp.get(TASKS)
def tasks() -> Response:
    return _tasks()


@blp.post(f"{TASKS}/<task_id>/resolve")
def resolve(task_id: str) -> Response:
    form = forms.read(wire.PlaceResolve)
    if not form.ok:
        return _tasks(form=form, at=task_id)
    try:
        service.resolve(deps(), actor(), task_id=task_id, **form.values)
    except ServiceError as refusal:
        return _tasks(form=form, refusal=refusal, at=task_id)
    return go(TASKS)


@blp.get(f"{HOME}/new")
def begin() -> Response:
    year = shanghai_date(deps().now()).year
    return _form(None, asking.filled(crs=Crs.GCJ02, year=year))


@blp.post(f"{HOME}/new")
def create() -> Response:
    form = forms.read(wire.PlaceCreate)
    if not form.ok:
        return _form(None, form)
    put_down = _put_down(form.values)
    try:
        return go(repeats.once(lambda: f"{HOME}/{service.create(deps(), actor(), **put_down).id}"))
    except ServiceError as refusal:
        return _form(None, form, refusal=refusal)


@blp.get(f"{HOME}/<place_id>")
def place(place_id: str) -> Response:
    return _place(place_id)


@blp.get(f"{HOME}/<place_id>/edit")
def edit(place_id: str) -> Response:
    """The pair as it came, in its own system, and the newest assessment."""
    one = service.find_for_staff(deps(), actor(), place_id=place_id)
    lng, lat = one.source.coordinates
    kept = vars(one) | {"lng": lng, "lat": lat, "crs": one.source.crs}
    newest = one.assessments[0] if one.assessments else None
    if newest is not None:
        kept |= {name: getattr(newest, name) for name in LISTED}
    return _form(one, asking.filled(**kept))


@blp.post(f"{HOME}/<place_id>/edit")
def change(place_id: str) -> Response:
    one = service.find_for_staff(deps(), actor(), place_id=place_id)
    form = forms.read(wire.PlacePut)
    if not form.ok:
        return _form(one, form)
    wanted = dict(form.values)
    version = wanted.pop("version")
    try:
        service.change(deps(), actor(), place_id=place_id, version=version, **_put_down(wanted))
    except ServiceError as refusal:
        return _form(one, form, refusal=refusal)
    return go(f"{HOME}/{place_id}")


@blp.post(f"{HOME}/<place_id>/<any('pause','resume','close','reply'):act>")
def move(place_id: str, act: str) -> Response:
    schema, use_case = ACTS[act]
    beside = {"text": request.form.get("text") or None} if act == "reply" else {}
    form = forms.read(schema, **beside)
    if not form.ok:
        return _place(place_id, form=form, act=act)
    try:
        use_case(deps(), actor(), place_id=place_id, **form.values)
    except ServiceError as refusal:
        return _place(place_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{place_id}")


def _place(place_id: str, *, act: str | None = None, **asked: Any) -> Response:
    one = service.find_for_staff(deps(), actor(), place_id=place_id)
    may = [each.value for each in one.may]
    return asking.shown(
        "staff/editors/place.html",
        **asked,
        one=one,
        may=may,
        act=act if act in may else None,
    )


def _tasks(*, at: str | None = None, **asked: Any) -> Response:
    state = PlaceTaskState.RESOLVED if request.args.get("state") == "resolved" else PlaceTaskState.OPEN
    found = service.tasks(deps(), actor(), state=state, limit=lists.LIMIT, cursor=request.args.get("cursor"))
    if at not in {one.id for one in found.items}:
        at = None
    return asking.shown(
        "staff/editors/place_tasks.html",
        **asked,
        found=found,
        state=state,
        states=(PlaceTaskState.OPEN, PlaceTaskState.RESOLVED),
        findings=asking.options(PlaceFinding),
        at=at,
    )


def _form(one: StaffShown | None, form: forms.Form, **facts: Any) -> Response:
    return asking.shown(
        "staff/editors/place_form.html",
        form,
        **facts,
        one=one,
        kinds=asking.options(PlaceKind),
        systems=asking.options(Crs),
        districts=list(DISTRICTS.items()),
    )


def _put_down(body: dict[str, Any]) -> dict[str, Any]:
    """The shop and its assessment as they were named."""
    listed = {name: body.pop(name) for name in LISTED}
    return {"given": Particulars(**body), "listed": service.assessment(**listed)}
