"""What the auditor does with questions about lines of an access log: reads them, and answers in time."""

from dataclasses import replace

from backend.audit import service as audit
from backend.clocks import rules as clock_rules
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page
from backend.notices import service as notices
from backend.reports import errors, store, texts
from backend.reports.model import ListedQuestion, Question, ShownQuestion
from backend.reports.service.questions import ROOM, listed, position, shown, tell_person
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, QuestionFinding, QuestionState, Role

AUDITORS = (Role.AUDITOR, Role.ADMIN)


def questions(
    deps: Deps,
    actor: Actor,
    *,
    state: QuestionState,
    overdue: bool,
    limit: int,
    cursor: str | None = None,
) -> Page[ListedQuestion]:
    """The auditor's queue: the one that was asked first, and so is due first, is first."""
    actor.require(*AUDITORS)
    scope, now = f"staff-questions:{state}:{overdue}", deps.now()
    after = deps.cursors.read(cursor, scope)
    found = store.list_questions(deps.db, state, now if overdue else None, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, position)
    return Page(tuple(listed(deps, question) for question in page.items), page.next_cursor)


def question(deps: Deps, actor: Actor, *, question_id: str) -> ShownQuestion:
    """A question with its words and the line it is about; the subject sees who read it."""
    actor.require(*AUDITORS)
    found = _find(deps, question_id)
    _look(deps, actor, found)
    return shown(deps, found)


@atomic
def answer(
    deps: Deps, actor: Actor, *, question_id: str, finding: QuestionFinding, explanation: str
) -> ShownQuestion:
    """Say what was found out, once; the subject is told, and of an unlawful look the administrators are.

    Raises 404 `reports.question_not_found`, 409 `reports.question_changed` with its state, 409 `reports.own_look` when
    the caller was the one who looked.
    """
    actor.require(*AUDITORS)
    before = _find(deps, question_id)
    if before.state is not QuestionState.OPEN:
        raise errors.question_changed(before.state)
    entry = audit.find_look(deps, before.subject_id, before.entry_id)
    if entry is not None and entry.actor_id == actor.id:
        raise errors.own_look()
    after = replace(
        before,
        state=QuestionState.ANSWERED,
        finding=finding,
        explanation_sealed=deps.sealer.seal(ROOM, explanation),
        answered_at=deps.now(),
        answered_by_id=actor.id,
        clocks=tuple(clock_rules.meet(clock, deps.now()) for clock in before.clocks),
    )
    if not store.replace_question(deps.db, before, after):
        raise Retry(question_id)
    _tell_answer(deps, actor, after, finding)
    return shown(deps, after)


def _tell_answer(deps: Deps, actor: Actor, question: Question, finding: QuestionFinding) -> None:
    audit.record(
        deps,
        actor,
        "reports.answer",
        question.id,
        subject_id=question.subject_id,
        finding=finding.value,
    )
    tell_person(deps, question, NoticeKind.QUESTION_ANSWERED, finding=finding)
    if finding is QuestionFinding.UNLAWFUL:
        notices.tell_desk(
            deps,
            role=Role.ADMIN,
            unit=None,
            kind=DeskNoticeKind.LOOK_UNLAWFUL,
            case=CaseKind.QUESTION,
            case_id=question.id,
        )


def _look(deps: Deps, actor: Actor, question: Question) -> None:
    audit.look(
        deps,
        actor,
        "reports.question_look",
        subject_id=question.subject_id,
        purpose=texts.QUESTION_PURPOSE,
        scope=texts.QUESTION_SCOPE,
        target_id=question.id,
    )


def _find(deps: Deps, question_id: str) -> Question:
    found = store.find_question(deps.db, question_id)
    if found is None:
        raise errors.question_not_found()
    return found
