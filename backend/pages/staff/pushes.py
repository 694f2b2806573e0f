"""Pushes in the console: put down, counted, confirmed, watched while they go out, and how the channels do."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from backend.common.districts import DISTRICTS
from backend.common.errors import Kind, ServiceError
from backend.deliveries import service as deliveries
from backend.news import service as news
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, lists
from backend.pages.words import label, moment
from backend.pushes import service
from backend.pushes.model import Audience, Shown, Wish
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import pushes as wire
from schemas.base import RequestSchema, said
from schemas.terms import NewsCategory, PushState, Role, Way
from schemas.text import Text

blp = Pages("staff_pushes", __name__)

HOME = "/staff/pushes"
ARTICLES = 50
"""Published ones that a push may be about, the newest."""
PARTS = ("districts", "follows", "roles")
READERS = {
    Role.CITIZEN: Text("有账号的市民", "People with an account"),
    Role.ANONYMOUS: Text("未绑定账号的关注者", "Followers without an account"),
}
COSTLY = Way.SMS
"""Paid for by the message: chosen by hand."""
WORDS = ("title", "body", "title_en", "body_en", "news_id")
FIGURES = ("queued", "sent", "delivered", "failed", "skipped")
ACTS: dict[str, Callable[..., Shown]] = {
    "pause": service.pause,
    "resume": service.resume,
    "cancel": service.cancel,
}
MAY = {PushState.RUNNING: ("pause", "cancel"), PushState.PAUSED: ("resume", "cancel")}


@blp.get(HOME)
def pushes() -> Response:
    found = service.listed(deps(), actor(), limit=lists.LIMIT, cursor=request.args.get("cursor"))
    return a_page("staff/editors/pushes.html", found=found)


@blp.get("/staff/channels")
def channels() -> Response:
    return a_page("staff/editors/channels.html", channels=deliveries.channels(deps(), actor()))


@blp.get(f"{HOME}/new")
def compose() -> Response:
    """Empty, or about an article: with its title and its summary to begin with."""
    return _composer(_about(request.args.get("news_id")))


@blp.post(f"{HOME}/new")
def create() -> Response:
    """First the number of people and what else should be known; what was confirmed then is sent."""
    form = _read(wire.PushCreate)
    if not form.ok or "back" in request.form:
        return _composer(forms.Form(typed=form.typed, faults={} if "back" in request.form else form.faults))
    wish = _wish(form.values)
    try:
        if "confirmed" in request.form:
            made = repeats.once(lambda: f"{HOME}/{service.create(deps(), actor(), wish=wish).id}")
            return go(made)
        return _to_confirm(form, wish)
    except ServiceError as refusal:
        return _composer(form, refusal=refusal)


@blp.post(f"{HOME}/audience")
def audience() -> Response:
    """The number that the script shows beside the boxes while they are ticked."""
    form = _read(wire.AudienceCount)
    if not form.ok:
        return jsonify(people=None)
    try:
        counted = service.count(deps(), actor(), wish=_wish(form.values))
    except ServiceError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return jsonify(people=None)
    return jsonify(people=counted.people, complete=counted.complete)


@blp.get(f"{HOME}/<push_id>")
def push(push_id: str) -> Response:
    return _push(push_id)


@blp.get(f"{HOME}/<push_id>/progress")
def progress(push_id: str) -> Response:
    """The figures as they are now, for the script that watches."""
    one = service.find(deps(), actor(), push_id=push_id)
    figures = {name: getattr(one.progress, name) for name in FIGURES}
    held = moment(one.held_until) if one.held_until else None
    over = one.settled_at is not None
    return jsonify(
        state=one.state.value,
        people=one.progress.people,
        complete=one.progress.complete,
        held=held,
        over=over,
        **figures,
    )


@blp.post(f"{HOME}/<push_id>/<any('pause','resume','cancel'):act>")
def move(push_id: str, act: str) -> Response:
    form = forms.read(wire.PushReason)
    if not form.ok:
        return _push(push_id, form=form, act=act)
    try:
        ACTS[act](deps(), actor(), push_id=push_id, **form.values)
    except ServiceError as refusal:
        return _push(push_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{push_id}")


def _push(push_id: str, *, act: str | None = None, **asked: Any) -> Response:
    one = service.find(deps(), actor(), push_id=push_id)
    may = MAY.get(one.state, ())
    return asking.shown(
        "staff/editors/push.html",
        **asked,
        one=one,
        may=may,
        act=act if act in may else None,
        figures=[(name, getattr(one.progress, name)) for name in FIGURES],
        **_chosen_words(one.audience),
    )


def _to_confirm(form: forms.Form, wish: Wish) -> Response:
    sent = [(name, request.form[name]) for name in WORDS if request.form.get(name)]
    sent += [(name, value) for name in (*PARTS, "channels") for value in request.form.getlist(name) if value]
    return asking.shown(
        "staff/editors/push_confirm.html",
        form,
        wish=wish,
        counted=service.count(deps(), actor(), wish=wish),
        held_until=service.held_until(deps()),
        article=_title(wish.news_id),
        sent=sent,
        **_chosen_words(wish.audience),
    )


def _composer(form: forms.Form, **facts: Any) -> Response:
    ready = [one for one in deliveries.channels(deps(), actor()) if one.configured]
    return asking.shown(
        "staff/editors/push_form.html",
        form,
        **facts,
        articles=_articles(form.typed.get("news_id")),
        ways=[(one.way.value, said(one.label)) for one in ready],
        chosen=asking.chosen(
            **dict.fromkeys(PARTS, ()), channels=[one.way for one in ready if one.way is not COSTLY]
        ),
        parts={
            "roles": [(role.value, said(words)) for role, words in READERS.items()],
            "follows": asking.options(NewsCategory),
            "districts": list(DISTRICTS.items()),
        },
    )


def _read(schema: type[RequestSchema]) -> forms.Form:
    """The audience is a body within the body; its faults stand at its own boxes."""
    sent = {name: [value for value in request.form.getlist(name) if value] for name in PARTS}
    return forms.read(schema, audience=sent)


def _about(news_id: str | None) -> forms.Form:
    if news_id is None or not news.is_published(deps(), news_id):
        return forms.Form()
    one = news.find(deps(), news_id=news_id)
    english = one.language.en == "en"
    return asking.filled(
        news_id=news_id,
        title=one.title.zh[: wire.TITLE_CHARACTERS],
        body=one.summary.zh[: wire.BODY_CHARACTERS],
        title_en=one.title.en[: wire.TITLE_CHARACTERS] if english else None,
        body_en=one.summary.en[: wire.BODY_CHARACTERS] if english else None,
    )


def _articles(news_id: str | None) -> list[tuple[str, str]]:
    found = {one.id: label(one.title) for one in news.listed(deps(), limit=ARTICLES).items}
    if news_id and news_id not in found and (title := _title(news_id)):
        found[news_id] = title
    return list(found.items())


def _title(news_id: str | None) -> str | None:
    if not news_id or not news.is_published(deps(), news_id):
        return None
    return label(news.find(deps(), news_id=news_id).title)


def _chosen_words(audience: Audience) -> dict[str, Any]:
    """Who it is for, in words."""
    return {
        "districts": [DISTRICTS.get(code, code) for code in audience.districts],
        "follows": [said(one.label) for one in audience.follows],
        "roles": [said(READERS.get(one, one.label)) for one in audience.roles],
    }


def _wish(body: dict[str, Any]) -> Wish:
    audience = Audience(**{name: tuple(values) for name, values in body["audience"].items()})
    words: dict[str, Any] = {name: body.get(name) for name in WORDS}
    ways: tuple[Way, ...] = tuple(body["channels"])
    return Wish(**words, audience=audience, ways=ways)
