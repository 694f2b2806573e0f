"""The resident's own corner: who is signed in and how far proved, consents, the copy of the own data, and leaving."""

from typing import Any

from flask import Response, current_app, request

from backend.accounts import service as accounts
from backend.common.clock import shanghai_date
from backend.common.errors import ServiceError
from backend.copies import service as copies
from backend.identity import service as identity
from backend.pages import cookies, forms
from backend.pages.edge import go, page, refused
from backend.pages.words import t
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import accounts as wire
from schemas import copies as copies_wire
from schemas.base import speaking

blp = Pages("me", __name__)

DONE = frozenset({"language", "signed-out", "withdrawn"})
TO_TYPE = {"zh": "注销", "en": "CLOSE"}
"""What is typed before an account is closed: nobody closes one by a slip of the thumb."""


@blp.get("/me")
def me() -> Response:
    return page("me/me.html", profile=accounts.profile(deps(), actor()), done=_done())


@blp.post("/me/language")
def choose_language() -> Response:
    form = forms.read(wire.LanguageChoose)
    if not form.ok:
        return page("me/me.html", 422, profile=accounts.profile(deps(), actor()), form=form)
    accounts.set_language(deps(), actor(), **form.values)
    return go("/me?done=language")


@blp.post("/me/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """Every session but this one: who lost a phone stays signed in where they are."""
    accounts.end_sessions(deps(), actor(), actor().id, but=actor().session_id)
    return go("/me?done=signed-out")


@blp.get("/me/consents")
def consents() -> Response:
    return page("me/consents.html", **_consents(), done=_done())


@blp.post("/me/consents/<consent_id>/withdraw")
def withdraw(consent_id: str) -> Response:
    identity.withdraw_consent(deps(), actor(), consent_id=consent_id)
    return go("/me/consents?done=withdrawn")


@blp.get("/me/data")
def data() -> Response:
    return page("me/data.html")


@blp.get("/me/data.json")
def download() -> Response:
    """The same as `GET /api/v1/me/export`, as a file."""
    content = current_app.json.dumps(copies_wire.Export().dump(copies.export(deps(), actor())), indent=2)
    response = Response(content + "\n", mimetype="application/json")
    name = f"credit-shanghai-{shanghai_date(deps().now()):%Y%m%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blp.get("/me/close")
def closing() -> Response:
    return page("me/close.html", form=forms.Form(), to_type=TO_TYPE[speaking()])


@blp.post("/me/close")
def close() -> Response:
    wanted, typed = TO_TYPE[speaking()], request.form.get("word", "")
    if typed.strip().upper() not in TO_TYPE.values():
        return page("me/close.html", 422, form=_mistyped(typed), to_type=wanted)
    try:
        identity.close_account(deps(), actor())
    except ServiceError as refusal:
        return refused(refusal, "me/close.html", form=forms.Form(), to_type=wanted)
    cookies.drop("citizen")
    return go("/goodbye")


@blp.get("/goodbye")
def closed() -> Response:
    return page("me/closed.html")


def _mistyped(typed: str) -> forms.Form:
    word = TO_TYPE[speaking()]
    return forms.Form(
        faults={"word": t("请输入“{word}”两个字", "Please type {word}", word=word)}, typed={"word": typed}
    )


def _consents() -> dict[str, Any]:
    """An account without a name has agreed to nothing."""
    if actor().subject_id is None:
        return {"live": (), "ended": ()}
    found = identity.list_consents(deps(), actor())
    return {
        "live": [one for one in found if one.ended_at is None],
        "ended": [one for one in found if one.ended_at is not None],
    }


def _done() -> str | None:
    """What was just done, told on the page that follows."""
    done = request.args.get("done")
    return done if done in DONE else None
