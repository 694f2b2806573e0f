"""`python -m tests.backend.evidence.dying URI DATABASE FOLDER POINT`: hand in files and be killed at a point of it."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from backend.common import mongo
from backend.common.actor import Actor
from backend.common.sealing import Sealer
from backend.evidence import service, store
from backend.evidence.model import Upload
from schemas.terms import Channel, Role
from tests.backend.evidence import made
from tests.support import world

RESIDENT = Actor(id="a1", role=Role.CITIZEN, channel=Channel.API, subject_id="s1")
POINTS = ("announced", "half written", "written", "put", "bound", "committed")


def main(uri: str, database: str, folder: str, point: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        deps = world.make_deps(client, settings, world.Clock(), Sealer(client, database, world.MASTER_KEY))
        _die_while_storing(point)
        uploads = [Upload("a.png", made.picture("PNG", (700, 500)))] * 2
        with service.held(deps, RESIDENT, uploads=uploads) as kept:
            _die_at("put", point)
            with deps.transaction():
                deps.db["cases"].insert_one({"_id": "c1", "evidence": [one.id for one in kept]})
                service.attach(deps, evidence=kept, case_id="c1")
                _tell_session()
                _die_at("bound", point)
            _die_at("committed", point)


def _tell_session() -> None:
    """The server keeps the transaction of a dead process for a minute; a test that knows it need not wait."""
    session = mongo._running.get()
    assert session is not None
    print(session.session_id["id"].hex(), flush=True)


def _die_while_storing(point: str) -> None:
    whole = store.write_content

    def write(db: Any, evidence_id: str, segments: Iterable[bytes], segment_bytes: int) -> None:
        _die_at("announced", point)
        if point == "half written":
            db[store.CHUNKS].insert_one({"files_id": evidence_id, "n": 0, "data": next(iter(segments))})
            _die()
        whole(db, evidence_id, _through(segments), segment_bytes)
        _die_at("written", point)

    store.write_content = write


def _through(segments: Iterable[bytes]) -> Iterator[bytes]:
    yield from segments


def _die_at(here: str, point: str) -> None:
    if here == point:
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
