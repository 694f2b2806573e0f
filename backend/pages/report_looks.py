"""Who looked at the own information, "that was not me", and what was found out about it."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from flask import Response, request

from backend.common.errors import ServiceError
from backend.pages import cookies, errors, forms, repeats
from backend.pages.edge import go, page, refused
from backend.pages.words import label
from backend.reports import service, texts
from backend.reports.model import Look, ShownQuestion
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
    if form.values["end_sessions"]:
        return _ask_and_leave(form, entry_id)
    try:
        return go(repeats.once(lambda: _ask(form, entry_id)))
    except ServiceError as refusal:
        facts = _found(cursor) | {"form": form, "asked_id": entry_id}
        if refusal.reason == errors.ASKED_BEFORE:
            facts["kept"] = _words(form)
        return refused(refusal, "report/looks.html", back_to=f"/report/looks#look-{entry_id}", **facts)


def _ask(form: forms.Form, entry_id: str) -> str:
    """Where the question stands. Raises 409 `forms.asked_before` where it is not the one of this form."""
    question = service.ask(deps(), actor(), entry_id=entry_id, **form.values)
    if not _is_said(form, question):
        raise errors.asked_before(question.id)
    return f"/report/questions#{question.id}"


def _ask_and_leave(form: forms.Form, entry_id: str) -> Response:
    """A refusal is a page of its own: the sessions may have ended all the same."""
    question = service.ask(deps(), actor(), entry_id=entry_id, **form.values)
    cookies.drop("citizen")
    if not _is_said(form, question):
        return page("report/asked.html", 409, kept=_words(form))
    return go("/report/asked")


def _is_said(form: forms.Form, question: ShownQuestion) -> bool:
    """Whether the question that stands is the one of this form: the first about a look stays. One whose words are not shown was
    there before, and whether these are the same is not told."""
    return question.statement in ((form.values["statement"],) if form.values["statement"] else texts.NOT_ME)


def _words(form: forms.Form) -> str:
    return form.values["statement"] or label(texts.NOT_ME)


@blp.get("/report/asked")
def asked() -> Response:
    """After a question that ended every session: where to sign in again. It is about nobody."""
    return page("report/asked.html")


@blp.get("/report/questions")
def questions() -> Response:
    cursor = request.args.get("cursor")
    found = service.own_questions(deps(), actor(), limit=QUESTIONS_AT_ONCE, cursor=cursor)
    return page("report/questions.html", found=found, proved=actor().is_verified(deps().now()))


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
        "cursor": cursor,
        "others": others,
        "onlookers": service.onlookers(deps(), actor()),
        "asked": {question.entry_id: question for question in asked.items},
    }
