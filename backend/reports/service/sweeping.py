"""What the clock does to questions: the desk hears of what is due and late, and dates move with the calendar."""

from functools import partial

from backend.audit import service as audit
from backend.clocks import service as clocks
from backend.clocks.model import Queue
from backend.clocks.service import Desk
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.reports import store, texts
from backend.reports.model import Question
from backend.reports.service.answering import AUDITORS
from backend.reports.service.questions import tell_auditors, tell_person
from schemas.notices import NoticeKind
from schemas.terms import QuestionState


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """What waits for the caller's role."""
    if actor.role not in AUDITORS:
        return ()
    count, overdue, nearest = store.count_questions(deps.db, deps.now())
    return (Queue("questions", texts.QUESTIONS, count, overdue, nearest),)


def _find_open(deps: Deps, question_id: str) -> Question | None:
    found = store.find_question(deps.db, question_id)
    return found if found is not None and found.state is QuestionState.OPEN else None


def _tell_moved(deps: Deps, question: Question, **days: object) -> None:
    tell_person(deps, question, NoticeKind.QUESTION_CLOCK_MOVED, **days)


def _record(deps: Deps, actor: Actor, question: Question, what: str, **facts: str) -> None:
    action = f"reports.question_{what}"
    audit.record(deps, actor, action, question.id, subject_id=question.subject_id, **facts)


_DESK = Desk[Question](
    find_open=_find_open,
    put=lambda deps, before, after: store.replace_question(deps.db, before, after),
    to_tell=lambda deps, reached, told: store.questions_to_tell(
        deps.db, deps.now(), reached=reached, told=told
    ),
    open_ids=lambda deps: store.open_questions(deps.db),
    tell_desk=tell_auditors,
    tell_moved=_tell_moved,
    record=_record,
)
remind_due = partial(clocks.remind_due, desk=_DESK)
flag_overdue = partial(clocks.flag_overdue, desk=_DESK)
recompute_clocks = partial(clocks.recompute_clocks, desk=_DESK)
