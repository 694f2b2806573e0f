"""What the clock does to contests: the desk hears of what is due and late, and dates move with the calendar."""

from functools import partial

from backend.clocks import service as clocks
from backend.clocks.model import Queue
from backend.clocks.service import Desk
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import store, texts
from backend.eligibility.model import Contest
from backend.eligibility.service.contesting import OFFICERS, record, tell_officers, tell_person
from schemas.notices import NoticeKind
from schemas.terms import ContestState


def queues(deps: Deps, actor: Actor) -> tuple[Queue, ...]:
    """What waits for the caller's role."""
    if actor.role not in OFFICERS:
        return ()
    count, overdue, nearest = store.count_contests(deps.db, deps.now())
    return (Queue("contests", texts.QUEUE, count, overdue, nearest),)


def _find_open(deps: Deps, contest_id: str) -> Contest | None:
    found = store.find_contest(deps.db, contest_id)
    return found if found is not None and found.state is ContestState.OPEN else None


def _tell_moved(deps: Deps, found: Contest, **days: object) -> None:
    tell_person(deps, found, NoticeKind.CONTEST_CLOCK_MOVED, **days)


def _record(deps: Deps, actor: Actor, found: Contest, what: str, **facts: str) -> None:
    record(deps, actor, found, f"eligibility.contest_{what}", **facts)


_DESK = Desk[Contest](
    find_open=_find_open,
    put=lambda deps, before, after: store.put_contest(deps.db, before, after),
    to_tell=lambda deps, reached, told: store.contests_to_tell(
        deps.db, deps.now(), reached=reached, told=told
    ),
    open_ids=lambda deps: store.open_contests(deps.db),
    tell_desk=tell_officers,
    tell_moved=_tell_moved,
    record=_record,
)
remind_due = partial(clocks.remind_due, desk=_DESK)
flag_overdue = partial(clocks.flag_overdue, desk=_DESK)
recompute_clocks = partial(clocks.recompute_clocks, desk=_DESK)
