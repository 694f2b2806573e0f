"""A resident's position is used and forgotten: no log, document, number or profile of the database has it.

Everything that a real service writes down while it is asked is read afterwards: its log at the most talkative level, its
numbers, every document of its database, what the profiler noted of every command, and the database's own log.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from backend.common import mongo
from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.local import mongod as embedded
from backend.local.mongod import Mongod
from backend.places import service
from schemas.terms import Crs
from tests.backend.places.conftest import Put, row, write
from tests.support import nursery
from tests.support.plans import recorded
from tests.support.processes import ROOT

SHOPS = 16
LNG, LAT = "121.4738317", "31.2307529"
CRUMBS = re.compile(r"121\.47383|31\.23075")
"""The position to a metre. What the database is asked from is 121.474, 31.231."""
BOX = "121.4638317,31.2207529,121.4838317,31.2407529"
BOX_CRUMBS = re.compile(r"121\.4638|31\.2207|121\.4838|31\.2407")
QUESTIONS = [
    f"?lng={LNG}&lat={LAT}&crs=wgs84",
    f"?lng={LNG}&lat={LAT}&crs=wgs84&radius_m=50000&limit=500&kind=fresh",
    f"?lng={LNG}&lat={LAT}&radius_m=0",
    f"?lng={LNG}&lat={LAT}x",
    f"?lng={LAT}&lat={LNG}",
    f"?lng={LNG}",
    f"?lng={LNG}&lat={LAT}&bbox={BOX}",
    f"?lng={LNG}&lat={LAT}&crs=mars",
    f"?{LNG},{LAT}=1",
    f"?bbox={BOX}",
    f"/clusters?bbox={BOX}&zoom=14",
    f"/{LNG},{LAT}",
    f"/{LNG},{LAT}/reports",
]  # fmt: skip


def test_nothing_that_the_database_is_told_has_it(deps: Deps, put: Put) -> None:
    put()

    def ask() -> None:
        for crs in Crs:
            service.search(deps, crs=crs, lng=float(LNG), lat=float(LAT), radius_m=50_000)
            service.search(deps, crs=crs, bbox=BOX)
            service.clusters(deps, crs=crs, bbox=BOX, zoom=14)

    noted = repr(recorded(deps, ask))
    assert "$near" in noted, "the profiler saw the searches"
    assert not CRUMBS.search(noted)
    assert not BOX_CRUMBS.search(noted)


@dataclass
class Served:
    """A real service with everything it writes down."""

    folder: Path
    database: Mongod
    port: int
    log: Path

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": "application/json", "Idempotency-Key": "key-1"}
            connection.request(method, path, b'{"kind": "closed"}' if method == "POST" else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def documents(self) -> str:
        """Every document of every database, the profiler's too."""
        with mongo.connect(self.database.uri) as client:
            found = [
                (name, kind, list(client[name][kind].find()))
                for name in client.list_database_names()
                for kind in client[name].list_collection_names()
            ]
        return repr(found)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    database = Mongod(tmp_path / "db", log=tmp_path / "mongod.log", port=embedded.free_port(0), oplog_mb=200)
    database.start()
    database.wait_ready()
    port, log = embedded.free_port(0), tmp_path / "web.log"
    environ = {
        **os.environ, "APP_ENV": "demo", "MONGODB_URI": database.uri, "DATA_DIR": str(tmp_path), "PORT": str(port),
        "WEB_WORKERS": "1", "LIMIT_PER_ADDRESS": "0", "LOG_LEVEL": "DEBUG",
    }  # fmt: skip
    # Shops are all that is asked for here; a founded city would be there for nobody.
    year = datetime.now(UTC).year
    given = {"valid_until": f"{year + 1}-12-31"}
    shops = [row(kind="fresh", address=f"南京西路{number}号", **given) for number in range(SHOPS)]
    listed = str(write(tmp_path / "shops.csv", [*shops, row(**given)]))
    for command in (["ensure-indexes"], ["import-places", listed, "--year", str(year), "--crs", "wgs84"]):
        nursery.run([sys.executable, "-m", "backend.manage", *command], env=environ).check_returncode()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.serve"], cwd=ROOT, env=environ, stdout=out, stderr=out
        )
    made = Served(tmp_path, database, port, log)
    try:
        _until_it_answers(made, process)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        database.stop(within_s=10)


@pytest.mark.slow
def test_a_real_service_writes_it_down_nowhere(served: Served) -> None:
    name = Settings(app_env="demo").mongodb_database
    with mongo.connect(served.database.uri) as client:
        client[name].command(
            "profile", 2, slowms=0
        )  # every command is noted, and is slow to the database's own log
    asked = [
        served.ask(f"/api/v1/places{one}", "POST" if one.endswith("reports") else "GET") for one in QUESTIONS
    ]
    statuses = [status for status, _ in asked]
    assert statuses == [200, 200, 422, 422, 422, 422, 422, 422, 422, 200, 200, 404, 401]
    assert len(json.loads(asked[1][1])["features"]) == SHOPS
    metrics = served.ask("/metrics")[1]
    documents, log, server = (
        served.documents(),
        served.log.read_text(),
        (served.folder / "mongod.log").read_text(),
    )
    assert log.count('"/api/v1/places"') >= 10, "the requests were written down"
    assert "$near" in documents
    assert "$near" in server, "the database wrote down what it was asked"
    assert 'route="/api/v1/places"' in metrics
    for written in (documents, log, server, metrics):
        assert not CRUMBS.search(written)
        assert not BOX_CRUMBS.search(written)


def _until_it_answers(made: Served, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if made.ask("/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)  # it needs the processor more than we do
    raise AssertionError(made.log.read_text()[-3000:])
