"""Files that units handed in, read by real workers: longer than one process checks alone, and ended in the middle."""

import base64

import pytest

from backend.batches import service
from backend.batches.model import ShownBatch
from backend.common import clock
from backend.common.deps import Deps
from backend.records.service.importing import CHUNK
from schemas.terms import BatchState
from tests.backend.batches.conftest import PROVIDER, lines, row, town
from tests.notifications.test_process import environment
from tests.support import dying, world
from tests.support.processes import Process
from tests.support.waiting import until

__all__ = ("town",)
ROWS = 2 * CHUNK + 1


@pytest.fixture
def batch(town: Deps) -> ShownBatch:
    """More rows than are checked in the worker's own process."""
    content = lines(*(row(place) for place in range(ROWS)))
    return service.hand_in(town, PROVIDER, name="十一月.jsonl", content=content)


def sharing(deps: Deps) -> dict[str, str]:
    """The surroundings of a worker that opens what this test sealed."""
    return environment(deps) | {"FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode()}


def found(deps: Deps, batch: ShownBatch) -> ShownBatch:
    return service.find_of_unit(deps, PROVIDER, batch_id=batch.id)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(town: Deps, batch: ShownBatch) -> None:
    with Process("notifications", env=sharing(town)) as worker:
        until(lambda: town.db["records"].count_documents({}) > 0, worker)
        worker.popen.kill()
        worker.popen.wait()
    assert found(town, batch).state is BatchState.RUNNING
    assert 0 < town.db["records"].count_documents({}) < ROWS
    town.db["batches"].update_one({"_id": batch.id}, {"$set": {"lease_until": clock.utc_now()}})
    dying.end_turns(town)
    with Process("notifications", env=sharing(town)) as worker:
        until(lambda: found(town, batch).state is BatchState.DONE, worker)
        assert worker.end() == 0
    done = found(town, batch)
    assert done.report is not None
    assert (done.report.rows, done.report.accepted, done.report.refused) == (ROWS, ROWS, 0)
    assert done.report.unchanged > 0  # what the first had taken in
    assert done.attempts == 2
    assert town.db["records"].count_documents({}) == ROWS
    assert town.db["batch_contents"].count_documents({}) == 0


@pytest.mark.slow
def test_a_worker_that_is_told_to_end_finishes_the_file_it_reads(town: Deps, batch: ShownBatch) -> None:
    with Process("notifications", env=sharing(town)) as worker:
        until(lambda: town.db["records"].count_documents({}) > 0, worker)
        assert worker.end(within_s=100) == 0
    assert found(town, batch).state is BatchState.DONE
    assert town.db["records"].count_documents({}) == ROWS
