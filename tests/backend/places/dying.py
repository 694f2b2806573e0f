"""`python -m tests.backend.places.dying URI DATABASE FOLDER POINT WHAT`: import FOLDER/list.csv, or report the shop WHAT, and be
killed at a point of it."""

import sys
from pathlib import Path

from backend.common import mongo
from backend.common.actor import Actor, system
from backend.common.sealing import Sealer
from backend.places import service
from backend.places.service import importing
from backend.places.store import editions, reports, shops
from schemas.terms import Channel, PlaceReportKind, Role
from tests.support import world
from tests.support.dying import Places, die_after

IMPORT: Places = {
    "written": (shops, "put_all"),
    "counted": (editions, "count_up"),
    "committed": (importing, "_put"),
}
REPORT: Places = {
    "inserted": (reports, "insert"),
    "added": (reports, "count_up"),
    "raised": (reports, "put"),
}
RESIDENT = Actor("acc-3", Role.CITIZEN, Channel.API)


def main(uri: str, database: str, folder: str, point: str, what: str) -> None:
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        deps = world.make_deps(client, settings, world.Clock(), Sealer(client, database, world.MASTER_KEY))
        die_after({**IMPORT, **REPORT}, point)
        if what == "list":
            importing.CHUNK = 4
            path = Path(folder) / "list.csv"
            service.import_places(deps, system(Channel.COMMAND, "test"), path=path, year=2026, crs="wgs84")
        else:
            service.report(deps, RESIDENT, place_id=what, kind=PlaceReportKind.CLOSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
