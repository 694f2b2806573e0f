"""`python -m tests.backend.objections.dying URI DATABASE FOLDER POINT RECORD NOW`: one request over HTTP, served in this
process, which is killed at a point between the upload and the answer."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from backend.app import create_app
from backend.common import mongo
from backend.common.deps import Deps
from backend.common.sealing import Sealer
from backend.evidence import service as evidence
from backend.idempotency import service as replies
from backend.objections import store
from backend.objections.service import submitting, telling
from backend.records import service as records
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT, people
from tests.support import dying, world
from tests.support.forms import form
from tests.support.web import Tokens

KEY = "one-key"
POINTS = (
    "claimed",
    "stored",
    "inserted",
    "attached",
    "marked",
    "uncommitted",
    "committed",
    "answered",
    "never",
)


def request(record_id: str) -> dict[str, Any]:
    """The same request each time, down to the last byte of its files."""
    files = [(made.small_pdf(b"1"), "一.pdf"), (made.small_pdf(b"2"), "二.pdf")]
    fields = {"record_id": record_id, "ground": "error_or_omission", "statement": STATEMENT}
    return {**form({**fields, "evidence": files}), "headers": {"Idempotency-Key": KEY}}


def send(app: Flask, deps: Deps, tokens: Tokens, record_id: str) -> Any:
    """What the resident's telephone gets for it."""
    resident = people(deps).resident
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.give(resident)}"
    return client.post("/api/v1/me/objections", **request(record_id))


def main(uri: str, database: str, folder: str, point: str, record_id: str, now: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        _plant(point)
        tokens = Tokens()
        app = create_app(deps, authenticate=tokens.authenticate)
        answer = send(app, deps, tokens, record_id)
        print(json.dumps({"status": answer.status_code, "id": answer.json.get("id")}))


def _plant(point: str) -> None:
    places: dict[str, tuple[Any, str]] = {
        "claimed": (replies, "begin"),
        "stored": (evidence, "put"),
        "inserted": (store, "insert"),
        "attached": (evidence, "attach"),
        "marked": (records, "mark"),
        "uncommitted": (telling, "officers"),
        "committed": (submitting, "_open"),
        "answered": (replies, "finish"),
    }
    dying.die_after(places, point)


if __name__ == "__main__":
    main(*sys.argv[1:])
