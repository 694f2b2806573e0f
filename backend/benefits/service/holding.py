"""Holding a unit of stock for the length of a request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from backend.benefits import errors
from backend.benefits.model import STOCK, Unit
from backend.benefits.store import units
from backend.common import mongo
from backend.common.deps import Deps

HELD = timedelta(seconds=60)
"""Longer than a claim takes. One that took longer finds another holder, or none, when it gives the unit to its claim."""
PAUSES_S = (0.02, 0.05, 0.1, 0.2, 0.4, 0)
"""After the last one it is looked for once more."""


def take(deps: Deps, benefit_id: str) -> Unit | None:
    """Any unit that is free now, by one atomic update; None when there is none. It is free again when the hold lapses."""
    now, begin = deps.now(), units.anywhere(deps.random)
    held = units.held(f"hold:{deps.new_id()}", now + HELD)
    return units.take(deps.db, (benefit_id, STOCK), now, begin=begin, to=held)


def wait(deps: Deps, benefit_id: str) -> Unit:
    """While others hold the last ones, some may come back: nobody is told that all is gone before that is certain.

    Raises 409 `benefits.out_of_stock`, and 503 `database.busy` when it takes long, as after a process died with a hold.
    """
    for pause in PAUSES_S:
        now = deps.now()
        free_at = units.free_next(deps.db, (benefit_id, STOCK), now, now + HELD)
        if free_at is None:
            raise errors.out_of_stock()
        if free_at > now:
            time.sleep(pause)
        elif (unit := take(deps, benefit_id)) is not None:
            return unit
    raise mongo.busy()


@contextmanager
def given_back(deps: Deps, unit: Unit) -> Iterator[None]:
    """Whoever fails gives the unit back; one that became a claim's is not touched."""
    try:
        yield
    except BaseException:
        let_go(deps, unit)
        raise


def let_go(deps: Deps, unit: Unit) -> None:
    units.put(deps.db, unit.id, unit.holder or "", units.free(units.anywhere(deps.random)))
