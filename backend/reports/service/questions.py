"""Questions about lines of the own access log ("not me"): asked by the subject, answered by the auditor in time."""

from dataclasses import replace
from datetime import timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks import service as clocks
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import Retry, atomic
from backend.common.pages import Page, Position
from backend.limits import service as tries
from backend.limits.service import Limit
from backend.notices import service as notices
from backend.reports import errors, store, texts
from backend.reports.model import ListedQuestion, Question, ShownQuestion
from backend.reports.service.looking import shown_looks
from schemas.base import said
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import CaseKind, QuestionFinding, QuestionState, Role

ROOM = "records"
ANSWER = "question_answer"
AUDITORS = (Role.AUDITOR, Role.ADMIN)
# Far beyond what anybody needs who asks in earnest.
PER_PERSON = Limit(100, timedelta(days=30))


def ask(
    deps: Deps, actor: Actor, *, entry_id: str, statement: str | None = None, end_sessions: bool = False
) -> ShownQuestion:
    """Ask who was behind a line of the own log, for the auditor to find out; one question a line, the first one stays.

    Without a statement the question is that it was not the caller.

    `end_sessions` signs the account out everywhere, also when the question was there already, and when it is refused as one
    too many (429 `reports.too_many_questions`): whoever fears a stolen sign-in must not be stopped by either.
    """
    subject_id = actor.require_subject()
    if audit.find_look(deps, subject_id, entry_id) is None:
        raise errors.entry_not_found()
    if store.find_question_of_line(deps.db, subject_id, entry_id) is not None:
        return _ask(deps, actor, entry_id, statement, end_sessions)
    try:
        with tries.charged(deps, [("reports.question", subject_id, PER_PERSON)], errors.too_many_questions):
            return _ask(deps, actor, entry_id, statement, end_sessions)
    except ServiceError as error:
        if end_sessions and error.kind is Kind.TOO_MANY:
            accounts.end_sessions(deps, actor, actor.id)
        raise


@atomic
def _ask(deps: Deps, actor: Actor, entry_id: str, statement: str | None, end_sessions: bool) -> ShownQuestion:
    question = store.find_question_of_line(deps.db, actor.require_subject(), entry_id)
    if question is None:
        question = _open(deps, actor, entry_id, statement or said(texts.NOT_ME))
    if end_sessions:
        accounts.end_sessions(deps, actor, actor.id)
    return _shown(deps, question)


def own_questions(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownQuestion]:
    """The caller's own questions and their answers, newest first."""
    subject_id = actor.require_subject()
    scope = f"questions:{subject_id}"
    found = store.list_own_questions(
        deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1
    )
    page = deps.cursors.page(found, limit, scope, _position)
    return Page(tuple(_shown(deps, question) for question in page.items), page.next_cursor)


def own_question(deps: Deps, actor: Actor, *, question_id: str) -> ShownQuestion:
    """One of the caller's own questions."""
    question = store.find_own_question(deps.db, actor.require_subject(), question_id)
    if question is None:
        raise errors.question_not_found()
    return _shown(deps, question)


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
    page = deps.cursors.page(found, limit, scope, _position)
    return Page(tuple(_listed(deps, question) for question in page.items), page.next_cursor)


def question(deps: Deps, actor: Actor, *, question_id: str) -> ShownQuestion:
    """A question with its words and the line it is about; the subject sees who read it."""
    actor.require(*AUDITORS)
    found = _find(deps, question_id)
    _look(deps, actor, found)
    return _shown(deps, found)


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
    return _shown(deps, after)


def _open(deps: Deps, actor: Actor, entry_id: str, statement: str) -> Question:
    limit = clocks.limits()[ANSWER]
    clock = clock_rules.start(limit, deps.now(), calendars.calendar(deps), clocks.LIVE)
    question = Question(
        id=deps.new_id(),
        entry_id=entry_id,
        subject_id=actor.require_subject(),
        account_id=actor.id,
        statement_sealed=deps.sealer.seal(ROOM, statement),
        state=QuestionState.OPEN,
        asked_at=deps.now(),
        clocks=(clock,),
    )
    if not store.insert_question(deps.db, question):
        raise Retry(entry_id)
    audit.record(
        deps, actor, "reports.question", question.id, subject_id=question.subject_id, entry_id=entry_id
    )
    notices.send(deps, actor.id, NoticeKind.QUESTION_RECEIVED)
    tell_auditors(deps, question, DeskNoticeKind.QUESTION_RECEIVED, due_on=clock.due_on)
    return question


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


def tell_person(deps: Deps, question: Question, kind: NoticeKind, **more: object) -> None:
    """Tell the account that the person has now; who closed it and has no other reads the answer when they come back."""
    account_id = accounts.account_of(deps, question.subject_id)
    if account_id is not None:
        notices.send(deps, account_id, kind, **more)


def tell_auditors(deps: Deps, question: Question, kind: DeskNoticeKind, **more: object) -> None:
    """Tell the auditors' desk about a question."""
    notices.tell_desk(
        deps,
        role=Role.AUDITOR,
        unit=None,
        kind=kind,
        case=CaseKind.QUESTION,
        case_id=question.id,
        **more,
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


def _position(question: Question) -> Position:
    return Position(question.asked_at, question.id)


def _listed(deps: Deps, question: Question) -> ListedQuestion:
    return ListedQuestion(
        id=question.id,
        state=question.state,
        asked_at=question.asked_at,
        clocks=tuple(clocks.shown(clock, deps.now()) for clock in question.clocks),
        finding=question.finding,
        answered_at=question.answered_at,
    )


def _shown(deps: Deps, question: Question) -> ShownQuestion:
    entry = audit.find_look(deps, question.subject_id, question.entry_id)
    looks = shown_looks(deps, (entry,) if entry else ())
    explained = question.explanation_sealed
    return ShownQuestion(
        subject_id=question.subject_id,
        entry_id=question.entry_id,
        statement=deps.sealer.open(question.statement_sealed),
        look=looks[0] if looks else None,
        explanation=deps.sealer.open(explained) if explained else None,
        **vars(_listed(deps, question)),
    )
