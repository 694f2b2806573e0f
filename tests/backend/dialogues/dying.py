"""`python -m tests.backend.dialogues.dying URI DATABASE FOLDER POINT NOW TEXT…`: a process that answers messages of one chat,
numbered by their places, and is killed at a point of the last one."""

import sys
from datetime import datetime
from pathlib import Path

from backend.benefits.service import claiming
from backend.chats import store
from backend.chats.service import turns
from backend.common import mongo
from backend.common.sealing import Sealer
from backend.dialogues.model import Sort
from backend.reports import service as reports
from backend.reports.service import linking
from tests.support import dying, world
from tests.support.conversations import CorePort, Doing

LEASE_MS = 400
PLACES: dying.Places = {
    "entered": (store, "enter"),
    "linked": (linking, "_keep"),
    "made": (reports, "make_chat_link"),
    "claimed": (claiming, "_settle"),
    "settled": (store, "leave"),
}


def main(uri: str, database: str, folder: str, point: str, now: str, *texts: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        turns.LEASE_MS = LEASE_MS
        port = CorePort(deps)
        for place, text in enumerate(texts, 1):
            if place == len(texts):
                dying.die_after(PLACES, point)
            sort = Sort.BUTTON if text.startswith("claim:") else Sort.TEXT
            port.send(Doing(sort, text), f"m-{place}")


if __name__ == "__main__":
    main(*sys.argv[1:])
