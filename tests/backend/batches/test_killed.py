"""A worker killed at any point of a file: the next one goes on, and every row is in once."""

import signal
import sys
from pathlib import Path

import pytest

from backend.batches import service
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import BatchState
from tests.backend.batches.conftest import PROVIDER, HandIn, row
from tests.backend.batches.dying import POINTS
from tests.support import dying, nursery
from tests.support.world import Clock


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_next_worker_goes_on(
    town: Deps,
    hand_in: HandIn,
    system_actor: Actor,
    clock: Clock,
    mongodb_uri: str,
    tmp_path: Path,
    point: str,
) -> None:
    batch = hand_in(*(row(place) for place in range(1, 6)), "unreadable")
    asked = [dying.named(town, mongodb_uri), town.db.name, str(tmp_path), point, town.now().isoformat()]
    ended = nursery.run([sys.executable, "-m", "tests.backend.batches.dying", *asked])
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    dying.end_sessions(town)
    if point == "finished":
        assert service.process(town, system_actor) == 0
    else:
        assert service.process(town, system_actor) == 0  # the dead one's claim still holds
        clock.advance(seconds=61)
        assert service.process(town, system_actor) == 1
    done = service.find_of_unit(town, PROVIDER, batch_id=batch.id)
    assert done.state is BatchState.DONE
    assert done.report is not None
    assert (done.report.rows, done.report.accepted, done.report.refused) == (6, 5, 1)
    assert done.attempts == (1 if point == "finished" else 2)
    assert town.db["records"].count_documents({}) == 5
    assert town.db["batch_contents"].count_documents({}) == 0
