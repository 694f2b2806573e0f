"""What happens to a push by itself: its people are queued, what was cancelled is closed, what is through is finished."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import islice

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.common.sweeping import each
from backend.deliveries import service as deliveries
from backend.deliveries.model import Delivery
from backend.deliveries.rules import KEPT
from backend.pushes import rules, store
from backend.pushes.model import Event, Push
from backend.pushes.service import reading
from backend.pushes.service.choosing import Chosen, pages
from backend.recipients.model import PUSH
from schemas.terms import DeliveryState, PushAct, PushState, Role

SWITCHED_OFF, CANCELLED = "switched_off", "cancelled"
PAGES_AT_ONCE = 20
TOLD_WITHIN = timedelta(days=1)
"""So long after the end channels may still tell what arrived."""


def advance(deps: Deps, actor: Actor) -> int:
    """Bring every push on as far as it goes now; how many of them became something.

    Safe to repeat, to break off at any moment and to run twice at once: a person's delivery has its id from push and person,
    and the cursor moves by compare-and-set after the page is queued, so a page that was cut off is queued again without doubles.
    """
    actor.require(Role.SYSTEM)
    return each(store.list_live(deps.db), lambda push: _advance(deps, actor, push))


def _advance(deps: Deps, actor: Actor, push: Push) -> bool:
    if push.state is PushState.CANCELLED:
        closed = deliveries.close(deps, push.id, reason=CANCELLED)
        return settle(deps, actor, push_id=push.id) or closed > 0
    if not reading.can_be_opened(deps, push):
        return hold(deps, actor, push_id=push.id)
    moved = _expand(deps, push)
    return settle(deps, actor, push_id=push.id) or moved


def _expand(deps: Deps, push: Push) -> bool:
    """Queue some pages, so that no push waits for a larger one; stops at the next page when it was paused, cancelled, or moved
    by another, or when its article was taken down, for which it is paused by the next round."""
    if push.expanded_at is not None:
        return False
    for page in islice(pages(deps, push.wish, after=push.cursor), PAGES_AT_ONCE):
        if not reading.can_be_opened(deps, push):
            break
        deliveries.put(deps, list(_deliveries(deps, push, page)))
        moved = store.move(deps.db, push, to=page.upto, expanded_at=deps.now() if page.last else None)
        if moved is None:
            _close_if_cancelled(deps, push.id)
            break
        push = moved
    return True


def _close_if_cancelled(deps: Deps, push_id: str) -> None:
    """A page that was queued while it was being cancelled waits for nothing."""
    push = store.find(deps.db, push_id)
    if push is not None and push.state is PushState.CANCELLED:
        deliveries.close(deps, push_id, reason=CANCELLED)


def _deliveries(deps: Deps, push: Push, page: Chosen) -> Iterator[Delivery]:
    """One for each person; who switched every way off has one that was skipped, so that the figures add up."""
    now = deps.now()
    for holder, ways in page.people.items():
        yield Delivery(
            id=f"{push.id}:{holder}",
            queue=push.id,
            source_id=push.id,
            kind=PUSH,
            holder=holder,
            way=ways[0] if ways else push.wish.ways[0],
            created_at=now,
            due_at=push.created_at,
            expires_at=now + KEPT,
            state=DeliveryState.WAITING if ways else DeliveryState.SKIPPED,
            others=ways[1:],
            reason=None if ways else SWITCHED_OFF,
            done_at=None if ways else now,
        )


@atomic
def hold(deps: Deps, actor: Actor, *, push_id: str) -> bool:
    """Pause a running push whose article readers cannot open any more; false for every other one."""
    push = store.find(deps.db, push_id)
    state = None if push is None else rules.step(push.state, PushAct.HOLD)
    if push is None or state is None or reading.can_be_opened(deps, push):
        return False
    event = Event(deps.now(), PushAct.HOLD, state, actor.id, actor.name)
    if not store.put(deps.db, replace(push, state=state, events=(*push.events, event))):
        raise Retry(push_id)
    audit.record(deps, actor, "pushes.hold", push_id, subject_id=None, news_id=push.wish.news_id)
    return True


@atomic
def settle(deps: Deps, actor: Actor, *, push_id: str) -> bool:
    """Write down that nothing of it waits any more, with its figures; false while something does."""
    push = store.find(deps.db, push_id)
    if push is None or push.settled_at is not None or not _through(deps, push):
        return False
    done = replace(push, settled_at=deps.now(), totals=_totals(deps, push))
    if push.state is PushState.RUNNING:
        state = rules.step(push.state, PushAct.FINISH) or push.state
        event = Event(deps.now(), PushAct.FINISH, state, actor.id, actor.name)
        done = replace(done, state=state, events=(*push.events, event))
    if not store.put(deps.db, done):
        raise Retry(push_id)
    audit.record(deps, actor, "pushes.settle", push_id, subject_id=None, **(done.totals or {}))
    return True


def close(deps: Deps, actor: Actor) -> int:
    """Write down the last figures of pushes that ended a day ago: nothing is counted for them any more. How many."""
    actor.require(Role.SYSTEM)
    ended = store.list_ended(deps.db, before=deps.now() - TOLD_WITHIN)
    return each(ended, lambda push: store.close(deps.db, push.id, _totals(deps, push), at=deps.now()))


def _through(deps: Deps, push: Push) -> bool:
    over = push.state is PushState.CANCELLED or (
        push.state is PushState.RUNNING and push.expanded_at is not None
    )
    return over and not deliveries.any_waiting(deps, push.id)


def _totals(deps: Deps, push: Push) -> dict[str, int]:
    figures = asdict(reading.progress(deps, push))
    return {name: figures[name] for name in ("queued", "sent", "delivered", "failed", "skipped")}
