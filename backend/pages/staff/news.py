"""News in the console: write in both languages, look at it as readers will, have it reviewed by somebody else, publish."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from backend.common.errors import ServiceError
from backend.news import service
from backend.news.model import Content
from backend.news.service import ShownArticle
from backend.pages import forms, repeats
from backend.pages.edge import go
from backend.pages.edge import page as a_page
from backend.pages.staff import asking, differences, lists
from backend.pages.words import t
from backend.web.auth import actor, deps
from backend.web.bodies import contents
from backend.web.downloads import shown_picture
from backend.web.pages import Pages
from schemas import news as wire
from schemas.base import RequestSchema
from schemas.terms import NewsAct, NewsCategory, NewsState

blp = Pages("staff_news", __name__)

HOME = "/staff/news"
NEW = "new"
"""Stands for the id of an article that is not kept yet."""
STALE = "news.stale"
TEXTS = ("title", "summary", "body", "title_en", "summary_en", "body_en")
ACTS: dict[str, tuple[type[RequestSchema], Callable[..., object]]] = {
    "submit": (wire.NewsStep, service.submit),
    "return": (wire.NewsReturn, service.return_),
    "approve": (wire.NewsStep, service.approve),
    "publish": (wire.NewsPublish, service.publish),
    "unpublish": (wire.NewsUnpublish, service.unpublish),
}


@blp.get(HOME)
def articles() -> Response:
    queue = NewsState.SUBMITTED if request.args.get("queue") else None
    state = lists.state_of(NewsState) or queue
    found = service.listed_for_staff(
        deps(), actor(), state=state, limit=lists.LIMIT, cursor=request.args.get("cursor")
    )
    return a_page("staff/editors/articles.html", found=found, states=list(NewsState), state=state)


@blp.get(f"{HOME}/{NEW}")
def begin() -> Response:
    return _editor(None, forms.Form(typed={"category": NewsCategory.NEWS.value}))


@blp.post(f"{HOME}/{NEW}")
@blp.upload(wire.FORM_BYTES)
def create() -> Response:
    if "preview" in request.form:
        return _editor(None, _as_typed(), looks=True)
    form = forms.read(wire.NewsCreate)
    if not form.ok:
        return _editor(None, form)
    content = Content(**form.values)
    try:
        return go(repeats.once(lambda: f"{HOME}/{service.create(deps(), actor(), content=content).id}"))
    except ServiceError as refusal:
        return _editor(None, form, refusal=refusal)


@blp.get(f"{HOME}/<news_id>")
def article(news_id: str) -> Response:
    return _article(news_id)


@blp.post(f"{HOME}/<news_id>/<any('submit','return','approve','publish','unpublish'):act>")
def move(news_id: str, act: str) -> Response:
    """What was seen is what is acted on: its version goes with every step."""
    schema, use_case = ACTS[act]
    form = forms.read(schema)
    if "later" in request.form and not request.form.get("publish_at"):
        form.faults["publish_at"] = t("请填写发布时间", "Say when to publish it")
    if not form.ok:
        return _article(news_id, form=form, act=act)
    try:
        use_case(deps(), actor(), article_id=news_id, **form.values)
    except ServiceError as refusal:
        return _article(news_id, form=form, refusal=refusal, act=act)
    return go(f"{HOME}/{news_id}")


@blp.get(f"{HOME}/<news_id>/edit")
def edit(news_id: str) -> Response:
    one = _found(news_id)
    return _editor(one, asking.filled(**vars(one.content), version=one.version))


@blp.post(f"{HOME}/<news_id>/edit")
@blp.upload(wire.FORM_BYTES)
def change(news_id: str) -> Response:
    """Another revision; or, by other buttons of the same form, how it would look, or one more picture for it."""
    if "preview" in request.form:
        return _editor(_found(news_id), _as_typed(), looks=True)
    if "upload" in request.form:
        return _with_picture(news_id)
    form = forms.read(wire.NewsPut)
    if not form.ok:
        return _editor(_found(news_id), form)
    content = dict(form.values)
    version = content.pop("version")
    try:
        service.change(deps(), actor(), article_id=news_id, version=version, content=Content(**content))
    except ServiceError as refusal:
        return _refused(news_id, form, refusal)
    return go(f"{HOME}/{news_id}")


@blp.post(f"{HOME}/<news_id>/preview")
def preview(news_id: str) -> Response:
    """What the script of the editor shows beside the boxes while somebody types."""
    return jsonify(vars(_looks(news_id if news_id == NEW else _found(news_id).id)))


@blp.get(f"{HOME}/<news_id>/revisions")
def revisions(news_id: str) -> Response:
    found = service.revisions(
        deps(), actor(), article_id=news_id, limit=lists.LIMIT, cursor=request.args.get("cursor")
    )
    return a_page("staff/editors/revisions.html", article=_found(news_id), found=found)


@blp.get(f"{HOME}/<news_id>/revisions/<int:number>")
def revision(news_id: str, number: int) -> Response:
    """One revision beside the one before it."""
    one = service.revision(deps(), actor(), article_id=news_id, number=number)
    before = service.revision(deps(), actor(), article_id=news_id, number=number - 1) if number > 1 else None
    changed = _changes(vars(before.content), vars(one.content)) if before else None
    looks = service.preview(
        actor(), body=one.content.body, body_en=one.content.body_en, pictures=_pictures(news_id)
    )
    return a_page(
        "staff/editors/revision.html", article=_found(news_id), one=one, changed=changed, looks=looks
    )


@blp.get(f"{HOME}/<news_id>/pictures/<picture_id>")
def picture(news_id: str, picture_id: str) -> Response:
    found = service.picture_for_staff(deps(), actor(), article_id=news_id, picture_id=picture_id)
    return shown_picture(found.content, found.sha256, request, public=False)


def _article(news_id: str, *, act: str | None = None, **asked: Any) -> Response:
    """The article as it is now, with what can be done; after a refusal it may be another than was seen."""
    one = _found(news_id)
    content = one.content
    looks = service.preview(actor(), body=content.body, body_en=content.body_en, pictures=_pictures(news_id))
    wrote = dict.fromkeys(
        line.by_name for line in reversed(one.history) if line.act in (NewsAct.CREATE, NewsAct.CHANGE)
    )
    may = {each.value for each in one.may}
    boxes = may | ({"unpublish"} if "cancel" in may else set())
    return asking.shown(
        "staff/editors/article.html",
        **asked,
        one=one,
        looks=looks,
        act=act if act in boxes - {"submit", "approve"} else None,
        wrote=[name for name in wrote if name],
        may=may,
    )


def _editor(one: ShownArticle | None, form: forms.Form, *, looks: bool = False, **facts: Any) -> Response:
    return asking.shown(
        "staff/editors/article_form.html",
        form=form,
        **facts,
        one=one,
        where=one.id if one else NEW,
        categories=asking.options(NewsCategory),
        looks=_looks(one.id if one else NEW) if looks else None,
    )


def _refused(news_id: str, form: forms.Form, refusal: ServiceError) -> Response:
    """Nothing typed is lost: where somebody was faster, what differs stands beside it, and saving again builds on theirs."""
    one = _found(news_id)
    if refusal.reason != STALE:
        return _editor(one, form, refusal=refusal)
    last = next((line for line in one.history if line.act in (NewsAct.CREATE, NewsAct.CHANGE)), None)
    return _editor(
        one, form, refusal=refusal, last=last, against=_changes(vars(one.content), dict(form.values))
    )


def _with_picture(news_id: str) -> Response:
    sent = list(contents(request.files.getlist("picture")))
    form = _as_typed()
    if not sent:
        return _editor(_found(news_id), form, asked_for_picture=True)
    try:
        made = service.add_picture(deps(), actor(), article_id=news_id, content=sent[0][1])
    except ServiceError as refusal:
        return _editor(_found(news_id), form, refusal=refusal)
    return _editor(_found(news_id), form, added=made)


def _found(news_id: str) -> ShownArticle:
    return service.find_for_staff(deps(), actor(), article_id=news_id)


def _looks(news_id: str) -> service.Preview:
    """How what stands in the boxes would look, finished or not."""
    body = request.form.get("body", "")[: wire.BODY_CHARACTERS]
    english = request.form.get("body_en", "")[: wire.BODY_EN_CHARACTERS]
    return service.preview(actor(), body=body, body_en=english or None, pictures=_pictures(news_id))


def _pictures(news_id: str) -> str:
    return f"{HOME}/{news_id}/pictures/"


def _as_typed() -> forms.Form:
    return forms.Form(typed=dict(request.form.items()))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[differences.Line]]:
    """The texts that are not the same, and where."""
    found = {name: differences.of(before.get(name) or "", after.get(name) or "") for name in TEXTS}
    return {name: lines for name, lines in found.items() if lines}
