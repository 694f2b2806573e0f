"""Who looked at the own information, "that was not me", and what was found out about it."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from flask import Response, request

from backend.common.errors import ServiceError
from backend.pages import cookies, forms
from backend.pages.edge import go, page, refused
from backend.reports import service
from backend.reports.model import Look
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import reports as wire

blp = Pages("report_looks", __name__)

LOOKS_AT_ONCE = 20
QUESTIONS_AT_ONCE = 20
OTHERS = "others"
"""As `who`: the looks of others alone."""


class Run(NamedTuple):
    """Looks that follow each other: the reader's own, which a page folds into one, or one of somebody else."""

    own: bool
    looks: tuple[Look, ...]


@blp.get("/report/looks")
def looks() -> Response:
    others = request.args.get("who") == OTHERS
    return page("report/looks.html", **_found(request.args.get("cursor"), others=others))


@blp.post("/report/looks/<entry_id>/questions")
def ask(entry_id: str) -> Response:
    """Who fears a stolen sign-in is signed out here as well, so it leads on to a page that needs none."""
    form, cursor = forms.read(wire.QuestionAsk), request.args.get("cursor")
    if not form.ok:
        return page("report/looks.html", 422, form=form, asked_id=entry_id, **_found(cursor))
    ends = form.values["end_sessions"]
    try:
        question = service.ask(deps(), actor(), entry_id=entry_id, **form.values)
    except ServiceError as refusal:
        if ends:
            raise  # the sessions may have ended all the same
        facts = _found(cursor) | {"form": form, "asked_id": entry_id}
        return refused(refusal, "report/looks.html", back_to=f"/report/looks#look-{entry_id}", **facts)
    if not ends:
        return go(f"/report/questions#{question.id}")
    cookies.drop("citizen")
    return go("/report/asked")


@blp.get("/report/asked")
def asked() -> Response:
    """After a question that ended every session: where to sign in again. It is about nobody."""
    return page("report/asked.html")


@blp.get("/report/questions")
def questions() -> Response:
    cursor = request.args.get("cursor")
    found = service.own_questions(deps(), actor(), limit=QUESTIONS_AT_ONCE, cursor=cursor)
    return page("report/questions.html", found=found)


def runs(found: Iterable[Look]) -> tuple[Run, ...]:
    """The same looks in the same order; each of somebody else stands alone."""
    return tuple(
        Run(own, looks)
        for own, those in groupby(found, attrgetter("own"))
        for looks in ((tuple(those),) if own else ((one,) for one in those))
    )


def _found(cursor: str | None, *, others: bool = False) -> dict[str, Any]:
    """The looks of this part of the list, who else looked in the last twelve months, and which of the newest questions are about
    one of these looks."""
    asked = service.own_questions(deps(), actor(), limit=QUESTIONS_AT_ONCE)
    found = service.access_log(deps(), actor(), limit=LOOKS_AT_ONCE, cursor=cursor, others=others)
    return {
        "found": found,
        "runs": runs(found.items),
        "others": others,
        "onlookers": service.onlookers(deps(), actor()),
        "asked": {question.entry_id: question for question in asked.items},
    }
