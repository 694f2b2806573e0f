"""Chats of the account: which are bound, a code for a new one, and unbinding."""

import io
from typing import Any

import segno
from flask import Response, request

from backend.chats import service as chats
from backend.common.errors import ServiceError
from backend.pages import forms, repeats
from backend.pages.edge import go, page, refused
from backend.reports import service as reports
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import chats as wire

blp = Pages("chats", __name__)

DONE = frozenset({"unbound", "killed"})


@blp.get("/chats")
def mine() -> Response:
    done = request.args.get("done")
    return page("chats/chats.html", **_mine(), done=done if done in DONE else None)


@blp.post("/chats/codes")
def bind() -> Response:
    """The code stands on the answer itself: it is shown once, and in no address. Sent again, the form makes none, so that the one
    that was shown goes on working."""
    form = forms.read(wire.ChatBind)
    if not form.ok:
        return page("chats/chats.html", 422, form=form, **_mine())
    try:
        made = repeats.shown_once(lambda: chats.make_code(deps(), actor(), **form.values))
    except ServiceError as refusal:
        return refused(refusal, "chats/chats.html", **_mine())
    if made is None:
        return page("chats/chats.html", **_mine(), shown_before=True)
    left_s = round((made.expires_at - deps().now()).total_seconds())
    return page("chats/code.html", made=made, drawn=_drawn(made.deep_link), left_s=left_s)


@blp.post("/chats/unbind")
def unbind_all() -> Response:
    chats.unbind_all(deps(), actor())
    return go("/chats?done=unbound")


@blp.post("/chats/<binding_id>/unbind")
def unbind(binding_id: str) -> Response:
    chats.unbind(deps(), actor(), binding_id=binding_id)
    return go("/chats?done=unbound")


@blp.post("/chats/links/kill")
def kill_links() -> Response:
    reports.kill_links(deps(), actor())
    return go("/chats?done=killed")


def _mine() -> dict[str, Any]:
    bound = chats.mine(deps(), actor())
    return {
        "bound": bound,
        "channels": [each for each in chats.CHANNELS if each not in [one.channel for one in bound]],
        "links": reports.count_active_links(deps(), actor()) if actor().subject_id else 0,
    }


def _drawn(link: str | None) -> str | None:
    """The link for a phone that looks at this screen; black on white, whatever the page's colours."""
    if link is None:
        return None
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out, kind="svg", border=4, omitsize=True, dark="#000", light="#fff", xmldecl=False, svgns=False, nl=False,
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode()
