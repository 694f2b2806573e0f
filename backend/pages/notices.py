"""The own inbox, and what goes out to a phone or a chat beside it."""

from typing import Any

import marshmallow as ma
from flask import Response, request
from werkzeug.exceptions import BadRequest

from backend.common.errors import Kind, ServiceError
from backend.common.ids import is_id
from backend.deliveries.rules import QUIET_FROM, QUIET_UNTIL
from backend.notices import service
from backend.notices.service import Inbox
from backend.pages import ways
from backend.pages.edge import go, page, refused
from backend.recipients import service as recipients
from backend.recipients.model import PUSH, KindSwitch, Shown
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import recipients as wire
from schemas.terms import NewsCategory, Way
from schemas.text import Text

blp = Pages("notices", __name__)

A_PAGE = 20
RECORDS = Text("我的记录", "My records")
ABOUT = {
    "benefit": Text("信用权益", "Benefits"),
    "order": Text("信用免押", "Deposit-free"),
    PUSH: Text("信用资讯", "News"),
}


@blp.get("/notices")
def inbox() -> Response:
    """Newest first. A link to a next page that is no more begins at the top."""
    cursor = request.args.get("cursor", "")[:400] or None
    return page("notices/inbox.html", found=_inbox(cursor), cursor=cursor, way_of=ways.of_notice)


@blp.post("/notices/<notice_id>/read")
def read(notice_id: str) -> Response:
    """Read, and on to what the notice is about."""
    notice = service.read(deps(), actor(), notice_id=notice_id)
    found = ways.of_notice(notice)
    return go(found.target if found else f"/notices#n-{notice_id}")


@blp.post("/notices/read")
def read_these() -> Response:
    """Everything that stood on the page; what came since stays unread."""
    service.read_these(
        deps(), actor(), notice_ids=[one for one in request.form.getlist("id")[:100] if is_id(one)]
    )
    return go("/notices")


@blp.get("/notices/settings")
def settings() -> Response:
    return page("notices/settings.html", saved="saved" in request.args, **_facts(_shown()))


@blp.post("/notices/settings")
def change_settings() -> Response:
    """What the form showed and nothing else is switched: a box that is not sent was cleared, one that was not shown stays."""
    try:
        wanted = wire.PreferencesPut().load(_wanted())
    except ma.ValidationError as error:
        raise BadRequest from error
    kinds = {one["kind"]: one["channels"] for one in wanted["kinds"]}
    try:
        recipients.switch(deps(), actor(), ways=wanted["channels"], kinds=kinds, follows=wanted["follows"])
    except ServiceError as refusal:
        return refused(refusal, "notices/settings.html", **_facts(_shown()))
    return go("/notices/settings?saved=1")


def _inbox(cursor: str | None) -> Inbox:
    try:
        return service.inbox(deps(), actor(), limit=A_PAGE, cursor=cursor)
    except ServiceError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return service.inbox(deps(), actor(), limit=A_PAGE)


def _shown() -> Shown:
    return recipients.preferences(deps(), actor())


def _facts(shown: Shown) -> dict[str, Any]:
    """What the form is made of: only ways that are there have boxes, so that nothing can be ticked in vain."""
    return {
        "shown": shown,
        "open_ways": [one for one in shown.ways if one.bound],
        "groups": _grouped([one for one in shown.kinds if not one.legal]),
        "legal": [one for one in shown.kinds if one.legal],
        "topics": list(NewsCategory),
        "sms": Way.SMS,
        "quiet": (QUIET_FROM, QUIET_UNTIL),
    }


def _grouped(kinds: list[KindSwitch]) -> list[tuple[Text, list[KindSwitch]]]:
    """By what they are about; a kind that is new stands with the records until it has a place."""
    groups: dict[Text, list[KindSwitch]] = {about: [] for about in (RECORDS, *ABOUT.values())}
    for one in kinds:
        groups[ABOUT.get(one.kind.partition("_")[0], RECORDS)].append(one)
    return [(about, found) for about, found in groups.items() if found]


def _wanted() -> dict[str, Any]:
    ticked, shown = set(request.form.getlist("on")), request.form.getlist("shown")
    channels: dict[str, bool] = {}
    kinds: dict[str, dict[str, bool]] = {}
    for name in shown:
        kind, _, way = name.rpartition(":")
        (kinds.setdefault(kind, {}) if kind else channels)[way] = name in ticked
    return {
        "channels": channels,
        "kinds": [{"kind": kind, "channels": wanted} for kind, wanted in kinds.items()],
        "follows": request.form.getlist("follows"),
    }
