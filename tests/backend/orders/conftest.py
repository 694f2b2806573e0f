"""A counter at which things are lent, and somebody who may borrow."""

from dataclasses import dataclass
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.orders import service
from backend.orders.model import ShownOrder
from tests.backend.eligibility.counter import Counter, make_counter


@dataclass(frozen=True)
class Desk:
    """Lends to one resident."""

    deps: Deps
    counter: Counter
    resident: Actor

    def checked(self) -> str:
        return self.counter.asked(self.counter.still_verified(self.resident)).check_id

    def ordered(self, order_no: str = "no-1", **more: Any) -> ShownOrder:
        asked = {"check_id": self.checked()} | more
        return service.create(self.deps, self.counter.till, order_no=order_no, **asked)

    def lent(self, order_no: str = "no-1", days: int = 7) -> ShownOrder:
        made = self.ordered(order_no, days=days)
        return service.activate(self.deps, self.counter.till, order_id=made.id)


@pytest.fixture
def desk(deps: Deps) -> Desk:
    counter = make_counter(deps)
    return Desk(deps, counter, counter.resident())
