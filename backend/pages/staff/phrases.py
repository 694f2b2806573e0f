"""Chat phrases in the console: what people write when they mean something, and how much the chat did not understand."""

from typing import Any

from flask import Response, request

from backend.common.errors import ServiceError
from backend.dialogues import service
from backend.pages import forms
from backend.pages.edge import go
from backend.pages.staff import asking
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import dialogues as wire
from schemas.base import said

blp = Pages("staff_phrases", __name__)

HOME = "/staff/phrases"


@blp.get(HOME)
def phrases() -> Response:
    return _phrases()


@blp.post(HOME)
def put() -> Response:
    form = forms.read(wire.PhrasePut)
    if not form.ok:
        return _phrases(form=form)
    try:
        service.put(deps(), actor(), **form.values)
    except ServiceError as refusal:
        return _phrases(form=form, refusal=refusal)
    return go(HOME)


@blp.post(f"{HOME}/remove")
def remove() -> Response:
    try:
        service.remove(deps(), actor(), phrase=request.form.get("phrase", ""))
    except ServiceError as refusal:
        return _phrases(refusal=refusal)
    return go(HOME)


def _phrases(**asked: Any) -> Response:
    meanings = {action: said(label) for action, label in service.meanings().items()}
    return asking.shown(
        "staff/editors/phrases.html",
        **asked,
        added=service.listed(deps(), actor()),
        meanings=meanings,
        figures=service.figures(deps(), actor()),
    )
