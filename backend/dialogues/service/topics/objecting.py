"""异议: where the own objections stand, and what is due next. Neither the record nor a word of the case is said."""

from datetime import date

from backend.clocks.model import ShownClock
from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, day
from backend.objections import service as objections
from backend.objections.model import Shown
from schemas import days
from schemas.terms import ClockState

SHOWN = 5


def listed(talk: Talk, _: str) -> Answer:
    """The newest, each with its state and the next date."""
    page = objections.mine(talk.deps, talk.actor, limit=SHOWN)
    row = [talk.open(texts.TO_PAGE, "/objections")]
    if not page.items:
        return answer(talk, talk.say(texts.NO_OBJECTION), row)
    lines = [talk.say(texts.OBJECTIONS)]
    for number, one in enumerate(page.items, 1):
        lines += _lines(talk, number, one)
    return answer(talk, lines, row)


def _lines(talk: Talk, number: int, one: Shown) -> list[str]:
    on, state = talk.say(day(one.submitted_at)), talk.say(one.state_label)
    said = [talk.say(texts.OBJECTION, number=number, on=on, state=state)]
    clock = _next(one)
    if clock is None:
        return said
    if clock.due_on is None or clock.state is ClockState.PAUSED:
        return [*said, talk.say(texts.PAUSED, clock=talk.say(clock.label))]
    marks = [texts.PROVISIONAL] * clock.provisional + [texts.OVERDUE] * clock.overdue
    name = talk.say(clock.label) + "".join(map(talk.say, marks))
    return [*said, talk.say(texts.NEXT_DUE, on=talk.say(days.end_of(clock.due_on)), clock=name)]


def _next(one: Shown) -> ShownClock | None:
    """The clock that ends first of those that still run."""
    running = [clock for clock in one.clocks if clock.state in (ClockState.RUNNING, ClockState.PAUSED)]
    return min(running, key=lambda clock: clock.due_on or date.max, default=None)
