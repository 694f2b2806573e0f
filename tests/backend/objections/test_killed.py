"""A process killed at any point between the upload and the answer: asked again, there is one case with all its evidence."""

import json
import signal
import sys
from pathlib import Path

import pytest
from flask import Flask

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence import service as evidence
from tests.backend.objections.dying import POINTS, send
from tests.backend.objections.town import Town
from tests.support import dying, nursery
from tests.support.web import Tokens
from tests.support.world import Clock


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_asked_again_after_a_kill_there_is_one_case_with_its_evidence(
    app: Flask,
    tokens: Tokens,
    deps: Deps,
    town: Town,
    system_actor: Actor,
    clock: Clock,
    mongodb_uri: str,
    database_name: str,
    tmp_path: Path,
    point: str,
) -> None:
    record = town.record()
    given = [
        dying.named(deps, mongodb_uri),
        database_name,
        str(tmp_path),
        point,
        record.id,
        clock().isoformat(),
    ]
    command = [sys.executable, "-m", "tests.backend.objections.dying", *given]
    first = nursery.run(command)
    assert first.returncode == (0 if point == "never" else -signal.SIGKILL), first.stderr
    # The server rolls back the transaction of a dead process when it next needs its documents, or after a minute.
    dying.end_sessions(deps)
    was_there = deps.db["objections"].count_documents({})
    assert was_there == (point in ("committed", "answered", "never"))
    assert len(town.kept(record.id).marks) == was_there
    at_once = send(app, deps, tokens, record.id)
    if point in ("answered", "never"):
        assert (at_once.status_code, at_once.headers["Idempotent-Replay"]) == (201, "true")
    else:
        assert (at_once.status_code, at_once.json["reason"]) == (409, "idempotency.in_progress")
        clock.advance(seconds=61)
    again = send(app, deps, tokens, record.id)
    assert again.status_code == 201, again.text
    if point == "never":
        assert json.loads(first.stdout) == {"status": 201, "id": again.json["id"]}
    _one_whole_case(town, system_actor, clock, again.json["id"])


def _one_whole_case(town: Town, system_actor: Actor, clock: Clock, objection_id: str) -> None:
    deps = town.deps
    (case,) = deps.db["objections"].find({})
    assert case["_id"] == objection_id
    assert [event["act"] for event in case["events"]] == ["submit", "mark"]
    files = evidence.of_case(deps, objection_id)
    assert [len(evidence.open_content(deps, one)) for one in files] == [one.size for one in files]
    assert len(files) == 2
    assert [mark.case_id for mark in town.kept(case["record_id"]).marks] == [objection_id]
    assert deps.db["notices"].count_documents({"kind": "objection_received"}) == 1
    clock.advance(minutes=10)
    evidence.remove_loose(deps, system_actor)
    left = (deps.db["evidence"].count_documents({}), len(deps.db["evidence.chunks"].distinct("files_id")))
    assert left == (2, 2)
