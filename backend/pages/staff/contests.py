"""Contested checks in the console: a person looks at what rules alone decided, and answers once."""

from flask import Response

from backend.common.errors import ServiceError
from backend.eligibility import service
from backend.pages import forms
from backend.pages.edge import form_page, go, page
from backend.pages.staff import lists
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import eligibility as wire
from schemas.terms import ContestState

blp = Pages("staff_contests", __name__)

HOME = "/staff/contests"


@blp.get(HOME)
def cases() -> Response:
    state, asked = lists.state_of(ContestState) or ContestState.OPEN, lists.asked()
    found = service.contests(deps(), actor(), state=state, **asked)
    return page(
        "staff/cases/contests.html",
        found=found,
        states=list(ContestState),
        state=state,
        overdue=asked["overdue"],
    )


@blp.get(f"{HOME}/<contest_id>")
def case(contest_id: str) -> Response:
    return _shown(contest_id)


@blp.post(f"{HOME}/<contest_id>/answer")
def answer(contest_id: str) -> Response:
    form = forms.read(wire.ContestAnswer)
    if not form.ok:
        return _shown(contest_id, form=form)
    try:
        service.answer_contest(deps(), actor(), contest_id=contest_id, **form.values)
    except ServiceError as refusal:
        return _shown(contest_id, refusal=refusal, form=form)
    return go(f"{HOME}/{contest_id}")


def _shown(
    contest_id: str, *, refusal: ServiceError | None = None, form: forms.Form | None = None
) -> Response:
    case = service.find_contest(deps(), actor(), contest_id=contest_id)
    return form_page("staff/cases/contest.html", form, refusal, case=case)
