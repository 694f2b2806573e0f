"""A process that is killed while it imports a list or takes in the third report: nothing half, and another try finishes it."""

import signal
import sys
from pathlib import Path

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.places import service
from schemas.terms import Channel, PlaceReportKind, PlaceTaskState, Role
from tests.backend.places.conftest import STEWARD, Put, row, write
from tests.backend.places.dying import IMPORT, REPORT, RESIDENT
from tests.support import nursery
from tests.support.dying import end_sessions, named


def killed(deps: Deps, uri: str, folder: Path, point: str, what: str) -> None:
    words = [named(deps, uri), deps.db.name, str(folder), point, what]
    command = [sys.executable, "-m", "tests.backend.places.dying", *words]
    done = nursery.run(command)
    assert done.returncode == -signal.SIGKILL, done.stderr
    end_sessions(deps)


@pytest.mark.parametrize("point", IMPORT)
def test_a_chunk_is_there_with_its_edition_or_not_at_all(
    deps: Deps, mongodb_uri: str, system_actor: Actor, tmp_path: Path, point: str
) -> None:
    rows = [row(name=f"申邻便利（{n}店）", address=f"南京西路{n}号") for n in range(10)]
    path = write(tmp_path / "list.csv", rows)
    killed(deps, mongodb_uri, tmp_path, point, "list")
    there = 4 if point == "committed" else 0
    assert deps.db["places"].count_documents({}) == there
    assert service.edition(deps).version == there // 4
    quality = service.import_places(deps, system_actor, path=path, year=2026, crs="wgs84")
    assert (quality.new, quality.unchanged, quality.refused) == (10 - there, there, 0)
    assert deps.db["places"].count_documents({}) == 10


@pytest.mark.parametrize("point", REPORT)
def test_the_third_report_counts_with_its_task_or_not_at_all(
    deps: Deps, mongodb_uri: str, tmp_path: Path, put: Put, point: str
) -> None:
    place = put()
    for number in (1, 2):
        resident = Actor(f"acc-{number}", Role.CITIZEN, Channel.API)
        service.report(deps, resident, place_id=place.id, kind=PlaceReportKind.CLOSED)
    killed(deps, mongodb_uri, tmp_path, point, place.id)
    assert deps.db["place_reports"].count_documents({}) == 2
    assert service.tasks(deps, STEWARD, state=PlaceTaskState.OPEN, limit=5).items == ()
    service.report(deps, RESIDENT, place_id=place.id, kind=PlaceReportKind.CLOSED)
    (task,) = service.tasks(deps, STEWARD, state=PlaceTaskState.OPEN, limit=5).items
    assert task.closed == deps.db["place_reports"].count_documents({}) == 3
