"""What the clock does to questions: the desk hears of what is due and late, and dates move with the calendar."""

from dataclasses import replace

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import rules as clock_rules
from backend.clocks.model import Clock, Queue
from backend.common import sweeping
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.reports import store, texts
from backend.reports.model import Question
from backend.reports.service.questions import AUDITORS, tell_auditors, tell_person
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import QuestionState, Role


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """What waits for the caller's role."""
    if actor.role not in AUDITORS:
        return ()
    count, overdue, nearest = store.count_questions(deps.db, deps.now())
    return (Queue("questions", texts.QUESTIONS, count, overdue, nearest),)


def remind_due(deps: Deps, actor: Actor) -> int:
    """Remind the desk of every question whose last day is near."""
    actor.require(Role.SYSTEM)
    found = store.questions_to_tell(deps.db, deps.now(), reached="remind_at", told="reminded_at")
    return sweeping.each(found, lambda question_id: _remind(deps, question_id=question_id))


def flag_overdue(deps: Deps, actor: Actor) -> int:
    """Tell the desk of every question that is late."""
    actor.require(Role.SYSTEM)
    found = store.questions_to_tell(deps.db, deps.now(), reached="due_at", told="overdue_at")
    return sweeping.each(found, lambda question_id: _flag(deps, actor, question_id=question_id))


def recompute_clocks(deps: Deps, actor: Actor) -> int:
    """Work every open clock out anew under the calendar of now; both sides are told of a date that moved."""
    actor.require(Role.SYSTEM)
    found = store.open_questions(deps.db)
    return sweeping.each(found, lambda question_id: _recompute(deps, actor, question_id=question_id))


@atomic
def _remind(deps: Deps, *, question_id: str) -> bool:
    before = _find_open(deps, question_id)
    due = [clock for clock in before.clocks if clock_rules.due_soon(clock, deps.now())] if before else []
    if before is None or not due:
        return False
    _put(deps, before, {clock.name: clock_rules.remind(clock, deps.now()) for clock in due})
    for clock in due:
        _tell_desk(deps, before, DeskNoticeKind.CASE_DUE_SOON, clock)
    return True


@atomic
def _flag(deps: Deps, actor: Actor, *, question_id: str) -> bool:
    before = _find_open(deps, question_id)
    late = (
        [clock for clock in before.clocks if clock_rules.newly_overdue(clock, deps.now())] if before else []
    )
    if before is None or not late:
        return False
    _put(deps, before, {clock.name: clock_rules.flag(clock, deps.now()) for clock in late})
    for clock in late:
        _tell_desk(deps, before, DeskNoticeKind.CASE_OVERDUE, clock)
        _record(deps, actor, before, "reports.question_overdue", clock=clock.name)
    return True


@atomic
def _recompute(deps: Deps, actor: Actor, *, question_id: str) -> bool:
    """The calendar is read with the case, in one snapshot: an older one, read before, would move the date back."""
    before = _find_open(deps, question_id)
    if before is None:
        return False
    calendar = calendars.calendar(deps)
    pairs = [(clock, clock_rules.recomputed(clock, deps.now(), calendar)) for clock in before.clocks]
    changed = {after.name: after for clock, after in pairs if after is not clock}
    if not changed:
        return False
    _put(deps, before, changed)
    moved = [(clock, after) for clock, after in pairs if after.due_on != clock.due_on]
    for clock, after in moved:
        _tell_moved(deps, actor, before, clock, after)
    return bool(moved)


def _tell_moved(deps: Deps, actor: Actor, question: Question, clock: Clock, after: Clock) -> None:
    """Both sides hear the old and the new date."""
    days = {"clock": after.label.text, "from_on": clock.due_on, "to_on": after.due_on}
    tell_person(deps, question, NoticeKind.QUESTION_CLOCK_MOVED, **days)
    tell_auditors(deps, question, DeskNoticeKind.CLOCK_MOVED, **days)
    _record(
        deps,
        actor,
        question,
        "reports.question_clock_moved",
        clock=clock.name,
        from_on=str(clock.due_on),
        to_on=str(after.due_on),
    )


def _find_open(deps: Deps, question_id: str) -> Question | None:
    found = store.find_question(deps.db, question_id)
    return found if found is not None and found.state is QuestionState.OPEN else None


def _put(deps: Deps, before: Question, changed: dict[str, Clock]) -> None:
    after = replace(before, clocks=tuple(changed.get(clock.name, clock) for clock in before.clocks))
    if not store.replace_question(deps.db, before, after):
        raise Retry(before.id)


def _tell_desk(deps: Deps, question: Question, kind: DeskNoticeKind, clock: Clock) -> None:
    tell_auditors(deps, question, kind, clock=clock.label.text, due_on=clock.due_on)


def _record(deps: Deps, actor: Actor, question: Question, action: str, **facts: str) -> None:
    audit.record(deps, actor, action, question.id, subject_id=question.subject_id, **facts)
