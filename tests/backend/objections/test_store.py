"""Whatever is asked of the cases is asked of an index."""

from collections.abc import Callable
from functools import partial

import pytest

from backend.objections import service
from schemas.terms import ObjectionState as State
from tests.backend.objections.test_sweeps import SWEEPS
from tests.backend.objections.town import WORKER, Town
from tests.support.plans import scans


@pytest.mark.parametrize("state", [State.UPHELD, State.CLOSED])
def test_no_move_reads_every_case(town: Town, state: State) -> None:
    assert "objections" not in scans(town.deps, lambda: town.bring_to(state))
    assert "accounts" not in scans(town.deps, lambda: town.submit(town.record(), idempotency_key="k"))


def test_no_list_and_no_sweep_reads_every_case(town: Town) -> None:
    town.bring_to(State.FORWARDED)
    asked: list[Callable[[], object]] = [partial(service.mine, town.deps, town.resident, limit=5)]
    asked += [
        partial(service.for_officers, town.deps, town.officer, limit=5, overdue=o) for o in (None, True)
    ]
    asked += [partial(service.for_officers, town.deps, town.officer, limit=5, state=State.MARKED)]
    asked += [partial(service.for_provider, town.deps, town.provider, limit=5)]
    asked += [partial(service.queues, town.deps, who) for who in (town.officer, town.provider)]
    asked += [partial(sweep, town.deps, WORKER) for sweep in SWEEPS]
    for one in asked:
        assert "objections" not in scans(town.deps, one), one
