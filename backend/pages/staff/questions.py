"""“Not me” in the console: the auditor finds out who was behind a line of somebody's access log, and answers once."""

from flask import Response

from backend.common.errors import ServiceError
from backend.pages import forms, words
from backend.pages.edge import form_page, go, page
from backend.pages.staff import lists
from backend.reports import service
from backend.web.auth import actor, deps
from backend.web.pages import Pages
from schemas import reports as wire
from schemas.terms import QuestionFinding, QuestionState

blp = Pages("staff_questions", __name__)

HOME = "/staff/questions"


@blp.get(HOME)
def cases() -> Response:
    state, asked = lists.state_of(QuestionState) or QuestionState.OPEN, lists.asked()
    found = service.questions(deps(), actor(), state=state, **asked)
    return page(
        "staff/cases/questions.html",
        found=found,
        states=list(QuestionState),
        state=state,
        overdue=asked["overdue"],
    )


@blp.get(f"{HOME}/<question_id>")
def case(question_id: str) -> Response:
    return _shown(question_id)


@blp.post(f"{HOME}/<question_id>/answer")
def answer(question_id: str) -> Response:
    form = forms.read(wire.QuestionAnswer)
    if not form.ok:
        return _shown(question_id, form=form)
    try:
        service.answer(deps(), actor(), question_id=question_id, **form.values)
    except ServiceError as refusal:
        return _shown(question_id, refusal=refusal, form=form)
    return go(f"{HOME}/{question_id}")


def _shown(
    question_id: str, *, refusal: ServiceError | None = None, form: forms.Form | None = None
) -> Response:
    case = service.question(deps(), actor(), question_id=question_id)
    findings = [(one.value, words.label(one), "") for one in QuestionFinding]
    return form_page("staff/cases/question.html", form, refusal, case=case, findings=findings)
