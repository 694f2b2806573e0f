"""`python -m tests.backend.news.presser URI DATABASE FOLDER NOW POINT`: the job that publishes, in a process of its own. It says
that it is ready, waits for a line, publishes what is due and tells how much that was; or is killed at a point within."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.common import mongo
from backend.common.sealing import Sealer
from backend.news import service
from backend.news.service import publishing
from backend.news.store import articles, published
from tests.backend.news.press import WORKER
from tests.support import dying, world

PLACES: dict[str, tuple[Any, str]] = {
    "stepped": (articles, "put"),
    "noted": (articles, "insert_act"),
    "shown": (published, "put"),
    "turned": (published, "turn"),
    "committed": (publishing, "_publish_due"),
}


def main(uri: str, database: str, folder: str, now: str, point: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        client.admin.command("ping")
        dying.die_after(PLACES, point)
        print("ready", flush=True)
        sys.stdin.readline()
        print(service.publish_due(deps, WORKER))


if __name__ == "__main__":
    main(*sys.argv[1:])
