"""Red packets in the console: campaigns, where every unit of their stock is, and what can be done with them."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from backend.benefits import service
from backend.benefits.model import Terms
from backend.benefits.service import Shown
from backend.common.districts import DISTRICTS
from backend.common.errors import ServiceError
from backend.merchants import service as merchants
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, lists, shops
from backend.pages.words import in_yuan
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import benefits as wire
from schemas.base import RequestSchema
from schemas.terms import BenefitState, GradeValue, ValueKind

blp = Pages("staff_benefits", __name__)

HOME = "/staff/benefits"
GRADES = (GradeValue.EXCELLENT, GradeValue.GOOD, GradeValue.FAIR)
"""Those that a tier may ask for, from the highest down; the floor is for everybody."""
FIGURES = ("remaining", "reserve_left", "held", "offered", "live", "redeemed")
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., Shown]]] = {
    "pause": (wire.BenefitReason, service.pause),
    "resume": (wire.BenefitResume, service.resume),
    "close": (wire.BenefitReason, service.close),
}


@blp.get(HOME)
def benefits() -> Response:
    state = lists.state_of(BenefitState)
    found = service.listed_for_staff(
        deps(), actor(), state=state, limit=lists.LIMIT, cursor=request.args.get("cursor")
    )
    return a_page("staff/editors/benefits.html", found=found, states=list(BenefitState), state=state)


@blp.get(f"{HOME}/new")
def begin() -> Response:
    usual = {"reserve": 0, "per_person": 1, "valid_days": 14, "value_kind": ValueKind.AMOUNT_FEN}
    return _form(None, asking.filled(**usual))


@blp.post(f"{HOME}/new")
def create() -> Response:
    form = _read(wire.BenefitCreate)
    if not form.ok:
        return _form(None, form)
    terms = Terms.given(form.values)
    try:
        return go(repeats.once(lambda: f"{HOME}/{service.create(deps(), actor(), wanted=terms).id}"))
    except ServiceError as refusal:
        return _form(None, form, refusal=refusal)


@blp.get(f"{HOME}/<benefit_id>")
def benefit(benefit_id: str) -> Response:
    return _benefit(benefit_id)


@blp.get(f"{HOME}/<benefit_id>/edit")
def edit(benefit_id: str) -> Response:
    one = service.find_for_staff(deps(), actor(), benefit_id=benefit_id)
    shown = in_yuan if one.terms.value_kind is ValueKind.AMOUNT_FEN else str
    values = {f"tier.{tier.minimum_grade or 'floor'}": shown(tier.value) for tier in one.terms.tiers}
    kept = vars(one.terms) | values | {"title": one.terms.title_zh, "version": one.version}
    return _form(one, asking.filled(**kept))


@blp.post(f"{HOME}/<benefit_id>/edit")
def change(benefit_id: str) -> Response:
    form = _read(wire.BenefitPut)
    one = service.find_for_staff(deps(), actor(), benefit_id=benefit_id)
    if not form.ok:
        return _form(one, form)
    wanted = dict(form.values)
    version = wanted.pop("version")
    for name in ("starts_at", "ends_at"):
        wanted[name] = asking.unmoved(getattr(one.terms, name), name, wanted[name])
    try:
        service.change(deps(), actor(), benefit_id=benefit_id, version=version, wanted=Terms.given(wanted))
    except ServiceError as refusal:
        return _form(one, form, refusal=refusal)
    return go(f"{HOME}/{benefit_id}")


@blp.post(f"{HOME}/<benefit_id>/<any('pause','resume','close'):act>")
def move(benefit_id: str, act: str) -> Response:
    schema, use_case = ACTS[act]
    form = forms.read(schema)
    if not form.ok:
        return _benefit(benefit_id, form=form, act=act)
    try:
        use_case(deps(), actor(), benefit_id=benefit_id, **form.values)
    except ServiceError as refusal:
        return _benefit(benefit_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{benefit_id}")


def _benefit(benefit_id: str, *, act: str | None = None, **asked: Any) -> Response:
    one = service.find_for_staff(deps(), actor(), benefit_id=benefit_id)
    may = [each.value for each in one.may]
    return asking.shown(
        "staff/editors/benefit.html",
        **asked,
        one=one,
        may=may,
        act=act if act in may else None,
        figures=[(name, getattr(one.figures, name)) for name in FIGURES],
        put_in=one.figures.stock + one.figures.reserve + one.figures.extra,
        districts=[DISTRICTS.get(code, code) for code in one.terms.districts],
    )


def _form(one: Shown | None, form: forms.Form, **facts: Any) -> Response:
    kept = one.terms if one else None
    partners = kept.partner_ids if kept else ()
    return asking.shown(
        "staff/editors/benefit_form.html",
        form,
        **facts,
        one=one,
        kinds=asking.options(ValueKind),
        grades=asking.options(GRADES),
        districts=list(DISTRICTS.items()),
        partners=shops.to_choose(merchants.names(deps(), partners).values()),
        chosen=asking.chosen(districts=kept.districts if kept else (), partner_ids=partners),
    )


def _read(schema: type[RequestSchema]) -> forms.Form:
    """A tier is a grade and its box, in yuan or in percent; one that is left empty is none."""
    in_money = request.form.get("value_kind") == ValueKind.AMOUNT_FEN.value
    value_of = forms.fen_of if in_money else forms.number
    values = [(one.value, request.form.get(f"tier.{one.value}", "").strip()) for one in GRADES]
    tiers = [{"minimum_grade": name, "value": value_of(text)} for name, text in values if text]
    floor = request.form.get("tier.floor", "").strip()
    form = forms.read(schema, tiers=tiers, floor=value_of(floor) if floor else None)
    if in_money:
        for name in (one.value for one in GRADES):
            forms.tell_no_money(form, f"tier.{name}", "tiers")
        forms.tell_no_money(form, "tier.floor", "floor")
    return form
