"""How queues and channels stand."""

from collections.abc import Mapping

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.deliveries.model import Standing
from backend.deliveries.store import items, paces
from schemas.terms import DeliveryState, Role, Way

READERS = (Role.NEWS_EDITOR, Role.ADMIN)


def channels(deps: Deps, actor: Actor) -> tuple[Standing, ...]:
    """How every channel does: set up or not, how much waits, and whether it is left alone at the moment."""
    actor.require(*READERS)
    return tuple(_standing(deps, way) for way in Way)


def counts(deps: Deps, queue: str) -> Mapping[DeliveryState, int]:
    """How many deliveries of a queue are in which state."""
    return items.count_by_state(deps.db, queue)


def any_waiting(deps: Deps, queue: str) -> bool:
    return items.any_waiting(deps.db, queue)


def close(deps: Deps, queue: str, *, reason: str, at_once: int = 1000) -> int:
    """Give up what waits in a queue, but for what is being sent at this moment; how many."""
    closed = 0
    while found := items.close_queue(deps.db, queue, at=deps.now(), reason=reason, limit=at_once):
        closed += found
    return closed


def _standing(deps: Deps, way: Way) -> Standing:
    until, because = paces.find_pause(deps.db, way) or (None, None)
    return Standing(way, way in deps.carriers, items.count_waiting(deps.db, way), until, because)
