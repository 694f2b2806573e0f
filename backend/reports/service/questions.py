"""Questions about lines of the own access log ("not me"), as their subject asks and reads them."""

from dataclasses import replace
from datetime import timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.chats import service as chats
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
from schemas.terms import CaseKind, QuestionState, Role

ROOM = "records"
ANSWER = "question_answer"
# Far beyond what anybody needs who asks in earnest.
PER_PERSON = Limit(100, timedelta(days=30))


def ask(
    deps: Deps, actor: Actor, *, entry_id: str, statement: str | None = None, end_sessions: bool = False
) -> ShownQuestion:
    """Ask who was behind a line of the own log, for the auditor to find out; one question a line, the first one stays.

    Without a statement the question is that it was not the caller. The words of a question that was there already are for who
    has just proved to be that person; those that came just now are said back.

    `end_sessions` signs the account out everywhere, chats included, also when the question was there already, and when it is
    refused as one too many (429 `reports.too_many_questions`): whoever fears a stolen sign-in must not be stopped by either.
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
            _end_everywhere(deps, actor)
        raise


@atomic
def _ask(deps: Deps, actor: Actor, entry_id: str, statement: str | None, end_sessions: bool) -> ShownQuestion:
    there = store.find_question_of_line(deps.db, actor.require_subject(), entry_id)
    question = there or _open(deps, actor, entry_id, statement or said(texts.NOT_ME))
    if end_sessions:
        _end_everywhere(deps, actor)
    return _for_subject(deps, actor, there) if there else shown(deps, question)


def _end_everywhere(deps: Deps, actor: Actor) -> None:
    """Whoever holds a stolen sign-in may have bound a chat with it: the chats end with the sessions."""
    accounts.end_sessions(deps, actor, actor.id)
    chats.unbind_all(deps, actor)


def own_questions(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownQuestion]:
    """The caller's own questions and their answers, newest first; the words for who has just proved to be that person."""
    subject_id = actor.require_subject()
    scope = f"questions:{subject_id}"
    found = store.list_own_questions(
        deps.db, subject_id, after=deps.cursors.read(cursor, scope), limit=limit + 1
    )
    page = deps.cursors.page(found, limit, scope, position)
    return Page(tuple(_for_subject(deps, actor, question) for question in page.items), page.next_cursor)


def own_question(deps: Deps, actor: Actor, *, question_id: str) -> ShownQuestion:
    """One of the caller's own questions, likewise."""
    question = store.find_own_question(deps.db, actor.require_subject(), question_id)
    if question is None:
        raise errors.question_not_found()
    return _for_subject(deps, actor, question)


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


def position(question: Question) -> Position:
    return Position(question.asked_at, question.id)


def listed(deps: Deps, question: Question) -> ListedQuestion:
    """Without words."""
    return ListedQuestion(
        id=question.id,
        state=question.state,
        asked_at=question.asked_at,
        clocks=tuple(clocks.shown(clock, deps.now()) for clock in question.clocks),
        finding=question.finding,
        answered_at=question.answered_at,
    )


def _for_subject(deps: Deps, actor: Actor, question: Question) -> ShownQuestion:
    """The words, which may tell who somebody is and of a record, for who has just proved to be that person: a borrowed phone
    and the account that comes after another one must not tell them."""
    whole = shown(deps, question)
    return whole if actor.is_verified(deps.now()) else replace(whole, statement=None, explanation=None)


def shown(deps: Deps, question: Question) -> ShownQuestion:
    """With the words and the line it is about."""
    entry = audit.find_look(deps, question.subject_id, question.entry_id)
    looks = shown_looks(deps, (entry,) if entry else ())
    explained = question.explanation_sealed
    return ShownQuestion(
        subject_id=question.subject_id,
        entry_id=question.entry_id,
        statement=deps.sealer.open(question.statement_sealed),
        look=looks[0] if looks else None,
        explanation=deps.sealer.open(explained) if explained else None,
        **vars(listed(deps, question)),
    )
