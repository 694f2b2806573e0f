"""A change of a record reaches every consumer once, whoever delivers and whoever fails."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.sweeping import Unfinished
from backend.records import service
from backend.records.model import Record, Ripple
from schemas.text import Text
from tests.support.people import COMMAND
from tests.support.records import keep, make_record
from tests.support.refusals import at_once
from tests.support.world import Clock

WHY = Text("理由", "the reason")
JUDGED = "demo_cities"  # any collection that is there


def _no_fault(_: Ripple) -> None:
    return None


@dataclass
class Decisions:
    """A consumer that notes in the database which change it has judged again."""

    name: str
    fault: Callable[[Ripple], None] = field(default=_no_fault)

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        deps.db[JUDGED].insert_one({"by": self.name, "ripple": ripple.id, "what": ripple.what.value})
        self.fault(ripple)


class Broken(Exception):
    """A consumer's fault."""


def broken(_: Ripple) -> None:
    raise Broken


@pytest.fixture
def records(deps: Deps, clock: Clock) -> tuple[Record, ...]:
    """Two records, each suspended."""
    kept = keep(deps, make_record(), make_record())
    for record in kept:
        service.suspend(deps, COMMAND, record_id=record.id, reason=WHY)
        clock.advance(seconds=1)
    return kept


def judged(deps: Deps) -> list[tuple[str, str]]:
    """Who has judged again, in order, and after what."""
    return [(one["by"], one["what"]) for one in deps.db[JUDGED].find(sort=[("$natural", 1)])]


def waiting(deps: Deps) -> int:
    return deps.db["record_ripples"].count_documents({"waiting": True})


def test_every_consumer_judges_every_change_once_oldest_first(
    deps: Deps, records: tuple[Record, ...]
) -> None:
    both = (Decisions("benefits"), Decisions("eligibility"))
    assert service.ripple(deps, COMMAND, consumers=both) == 4
    assert judged(deps) == [("benefits", "suspended"), ("eligibility", "suspended")] * 2
    assert (service.ripple(deps, COMMAND, consumers=both), waiting(deps), len(judged(deps))) == (0, 0, 4)


def test_without_consumers_what_waits_is_settled(deps: Deps, records: tuple[Record, ...]) -> None:
    assert service.ripple(deps, COMMAND, consumers=()) == 0
    assert waiting(deps) == 0


def test_one_consumers_fault_holds_up_nobody_and_leaves_nothing_of_it(
    deps: Deps, records: tuple[Record, ...]
) -> None:
    with pytest.raises(Unfinished) as caught:
        service.ripple(deps, COMMAND, consumers=(Decisions("benefits", broken), Decisions("eligibility")))
    assert (caught.value.done, len(caught.value.faults)) == (2, 2)
    assert judged(deps) == [("eligibility", "suspended")] * 2
    assert waiting(deps) == 2
    mended = (Decisions("benefits"), Decisions("eligibility"))
    assert service.ripple(deps, COMMAND, consumers=mended) == 2
    assert (sorted(judged(deps)), waiting(deps)) == (
        [("benefits", "suspended")] * 2 + [("eligibility", "suspended")] * 2,
        0,
    )


def test_one_poisoned_change_holds_up_no_other(deps: Deps, records: tuple[Record, ...]) -> None:
    def first_only(ripple: Ripple) -> None:
        if ripple.record_id == records[0].id:
            raise Broken

    with pytest.raises(Unfinished):
        service.ripple(deps, COMMAND, consumers=(Decisions("benefits", first_only),))
    assert (len(judged(deps)), waiting(deps)) == (1, 1)


def test_several_deliver_at_once_and_each_is_judged_once(deps: Deps, records: tuple[Record, ...]) -> None:
    both = (Decisions("benefits"), Decisions("eligibility"))
    made = at_once(lambda: service.ripple(deps, COMMAND, consumers=both), 3)
    assert sum(made) == len(judged(deps)) == 4
    assert waiting(deps) == 0


def test_a_delivery_cut_off_before_it_was_settled_is_settled_by_the_next(
    deps: Deps, records: tuple[Record, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr("backend.records.store.settle_ripple", broken_settling)
        with pytest.raises(Unfinished):
            service.ripple(deps, COMMAND, consumers=(Decisions("benefits"),))
    assert (len(judged(deps)), waiting(deps)) == (2, 2)
    assert service.ripple(deps, COMMAND, consumers=(Decisions("benefits"),)) == 0
    assert (len(judged(deps)), waiting(deps)) == (2, 0)


def broken_settling(*_: object) -> None:
    raise Broken
