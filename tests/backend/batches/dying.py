"""`python -m tests.backend.batches.dying URI DATABASE FOLDER POINT NOW`: a worker's run over what waits, killed at a point."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.batches import service, store
from backend.batches.service import processing
from backend.common import mongo
from backend.common.actor import system
from backend.common.sealing import Sealer
from backend.records.service import importing
from schemas.terms import Channel
from tests.support import dying, world

POINTS = ("claimed", "opened", "written", "taken_in", "uncommitted", "finished")


def main(uri: str, database: str, folder: str, point: str, now: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        places: dict[str, tuple[Any, str]] = {
            "claimed": (store, "claim"),
            "opened": (processing, "_content"),
            "written": (importing, "write"),
            "taken_in": (processing, "_taken_in"),
            "uncommitted": (store, "finish"),
            "finished": (processing, "_done"),
        }
        dying.die_after(places, point)
        service.process(deps, system(Channel.WORKER, "worker"))


if __name__ == "__main__":
    main(*sys.argv[1:])
