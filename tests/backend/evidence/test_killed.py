"""A process that is killed while files are handed in: no case without its files, no file that no sweep removes."""

import signal
import sys
from pathlib import Path

import pytest
from bson.binary import Binary

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence import service
from tests.backend.evidence.dying import POINTS
from tests.support import nursery
from tests.support.world import Clock


@pytest.mark.parametrize("point", POINTS)
def test_whatever_the_moment_a_case_has_its_files_and_the_sweep_removes_the_others(
    deps: Deps,
    system_actor: Actor,
    clock: Clock,
    mongodb_uri: str,
    database_name: str,
    tmp_path: Path,
    point: str,
) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.backend.evidence.dying",
        mongodb_uri,
        database_name,
        str(tmp_path),
        point,
    ]
    done = nursery.run(command)
    assert done.returncode == -signal.SIGKILL, done.stderr
    case = deps.db["cases"].find_one({"_id": "c1"})
    assert (case is not None) == (point == "committed")
    clock.advance(minutes=5)
    for session in done.stdout.split():
        deps.client.admin.command("killSessions", [{"id": Binary(bytes.fromhex(session), 4)}])
    service.remove_loose(deps, system_actor)
    found = service.of_case(deps, "c1")
    assert [one.id for one in found] == (case["evidence"] if case else [])
    assert [len(service.open_content(deps, one)) for one in found] == [one.size for one in found]
    left = {name: len(deps.db[name].distinct(key)) for name, key in LEFT.items()}
    assert left == dict.fromkeys(LEFT, len(found))


LEFT = {"evidence": "_id", "evidence.files": "_id", "evidence.chunks": "files_id"}
