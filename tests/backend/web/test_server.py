"""The web processes as production runs them: granian, several workers, a database that goes away and comes back."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from backend import bootstrap
from backend.common import mongo
from backend.common.settings import Settings
from backend.local import mongod as embedded
from backend.local.mongod import Mongod
from backend.web.bodies import BODY_BYTES
from tests.backend.places.conftest import row, write
from tests.backend.places.positions import BOX_CRUMBS, CRUMBS, QUESTIONS, SHOPS
from tests.support import nursery

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


@dataclass
class Service:
    """A running service of its own, and its database."""

    process: subprocess.Popen[bytes]
    database: Mongod
    port: int
    log: Path

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        body: bytes | Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            in_chunks = isinstance(body, Iterator)
            connection.request(method, path, body, headers=headers or {}, encode_chunked=in_chunks)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def missing(self) -> list[str]:
        found: dict[str, Any] = json.loads(self.ask("/readyz")[2])
        return list(found["missing"])

    def until(self, wanted: Any, *, within_s: float = 20) -> None:
        deadline = time.monotonic() + within_s
        while not wanted():
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.2)

    def documents(self) -> str:
        """Every document of every database, the profiler's too."""
        with mongo.connect(self.database.uri) as client:
            found = [
                (name, kind, list(client[name][kind].find()))
                for name in client.list_database_names()
                for kind in client[name].list_collection_names()
            ]
        return repr(found)

    def workers(self) -> list[int]:
        """The children of the serving process."""
        stats = [(path.parent.name, _stat(path)) for path in Path("/proc").glob("[0-9]*/stat")]
        return [
            int(pid)
            for pid, fields in stats
            if fields[1:2] == [str(self.process.pid)] and "tracker" not in _command(pid)
        ]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    database = Mongod(folder / "db", log=folder / "mongod.log", port=embedded.free_port(0), oplog_mb=200)
    database.start()
    database.wait_ready()
    # Any port: two test workers that ask for the same one would share it, as the server lets its own workers do.
    port = embedded.free_port(0)
    environ = {
        **os.environ, "APP_ENV": "demo", "MONGODB_URI": database.uri, "DATA_DIR": str(folder), "PORT": str(port),
        "WEB_WORKERS": "2", "LIMIT_PER_ADDRESS": "0", "LOG_LEVEL": "DEBUG",
    }  # fmt: skip
    _prepare(environ)
    _list_shops(environ)
    made = _serve(environ, database, port)
    try:
        made.until(lambda: _answers(made))
        yield made
    finally:
        made.process.send_signal(signal.SIGTERM)
        assert made.process.wait(60) == 0
        database.stop(within_s=10)


def _serve(environ: dict[str, str], database: Mongod, port: int) -> Service:
    log = Path(environ["DATA_DIR"]) / f"web-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.serve"], cwd=ROOT, env=environ, stdout=out, stderr=out
        )
    return Service(process, database, port, log)


def test_it_is_ready_but_for_the_face_process(service: Service) -> None:
    service.until(lambda: service.missing() == ["faces"])


def test_numbers_are_summed_over_the_workers(service: Service) -> None:
    for _ in range(30):
        assert service.ask("/docs/style.css")[0] == 200
    counted = [
        line
        for line in service.ask("/metrics")[2].decode().splitlines()
        if 'route="/docs/style.css",status="200"' in line
    ]
    assert [float(line.rsplit(" ", 1)[1]) for line in counted] == [30.0]


def test_a_web_worker_stays_under_150_mb(service: Service) -> None:
    for _ in range(200):
        service.ask("/api/v1/openapi.json")
    service.ask("/docs")
    sizes = [_resident_mb(worker) for worker in service.workers()]
    assert len(sizes) >= 2
    assert max(sizes) < 150, sizes


def test_hostile_requests_get_an_answer(service: Service) -> None:
    assert service.ask("/api/v1/%00%ff%ed%a0%80")[0] == 404
    assert service.ask("/api/v1/me/notices", headers={"Authorization": "Bearer \xff\xfe"})[0] == 401
    assert service.ask("/nothing", "BREW")[0] == 404
    assert service.ask("/healthz", headers={"X-Request-Id": "x" * 5000})[0] == 200
    assert service.ask("/api/v1/me/notices?" + "a=b&" * 20_000)[0] in (401, 414, 431)


def test_a_body_over_the_limit_is_refused(service: Service) -> None:
    kind = {"Content-Type": "application/json"}
    status, _, body = service.ask("/api/v1/auth/sessions", "POST", body=b"x" * 300_000, headers=kind)
    assert (status, json.loads(body)["reason"]) == (413, "request.too_large")


@pytest.mark.parametrize(
    ("size", "status", "reason"),
    [(BODY_BYTES, 422, "request.invalid"), (BODY_BYTES + 1, 413, "request.too_large"), (400_000, 413, "request.too_large")],
)  # fmt: skip
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "chunks"}], ids=["plain", "idempotent"])
def test_a_body_in_chunks_is_measured_by_what_comes(
    service: Service, key: dict[str, str], size: int, status: int, reason: str
) -> None:
    text = json.dumps({"phone": "x" * (size - len('{"phone": ""}'))}).encode()
    chunks = (text[start : start + 30_000] for start in range(0, size, 30_000))
    kind = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    answer = service.ask("/api/v1/auth/sessions", "POST", body=chunks, headers=kind | key)
    assert (answer[0], json.loads(answer[2])["reason"]) == (status, reason)


def test_the_database_may_go_and_come_back(service: Service) -> None:
    service.database.stop(within_s=10)
    service.until(lambda: "database" in service.missing())
    assert service.ask("/healthz")[0] == 200
    status, headers, body = service.ask("/api/v1/auth/sessions", "POST", headers={"Idempotency-Key": "k"})
    assert status == 503, body
    assert int(headers["retry-after"]) >= 1
    assert json.loads(body)["reason"] == "database.unavailable"
    service.database.start()
    service.database.wait_ready()
    service.until(lambda: service.missing() == ["faces"])
    assert service.ask("/api/v1/auth/sessions", "POST", headers={"Idempotency-Key": "k"})[0] == 422
    assert service.process.poll() is None


def test_workers_end_with_a_watcher_that_is_killed(service: Service, tmp_path: Path) -> None:
    port = embedded.free_port(0)
    own = {"PORT": str(port), "DATA_DIR": str(tmp_path), "WEB_WORKERS": "2"}
    environ = {**os.environ, "APP_ENV": "demo", "MONGODB_URI": service.database.uri, **own}
    other = _serve(environ, service.database, port)
    try:
        other.until(lambda: _answers(other))
        workers = other.workers()
        assert len(workers) >= 2
    finally:
        other.process.kill()
        other.process.wait(60)
    other.until(lambda: not any(_runs(worker) for worker in workers))
    assert not _answers(other)


def test_a_position_is_written_down_nowhere(service: Service) -> None:
    """Neither in its log at the most talkative level, its numbers, any document of its database or what the profiler noted of
    every command, nor in the database's own log."""
    with _everything_noted(service.database):
        asked = [_asked_for_places(service, question) for question in QUESTIONS]
    statuses = [status for status, _ in asked]
    assert statuses == [200, 200, 422, 422, 422, 422, 422, 422, 422, 200, 200, 404, 401]
    assert len(json.loads(asked[1][1])["features"]) == SHOPS
    metrics = service.ask("/metrics")[2].decode()
    documents, log = service.documents(), service.log.read_text()
    server = (service.log.parent / "mongod.log").read_text()
    assert log.count('"/api/v1/places"') >= 10, "the requests were written down"
    assert "$near" in documents
    assert "$near" in server, "the database wrote down what it was asked"
    assert 'route="/api/v1/places"' in metrics
    for written in (documents, log, server, metrics):
        assert not CRUMBS.search(written)
        assert not BOX_CRUMBS.search(written)


def test_every_line_of_the_log_is_json(service: Service) -> None:
    service.ask("/api/v1/nothing?phone=13800138000")
    written = service.log.read_text()
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert {"request"} <= {line["event"] for line in lines}
    assert "13800138000" not in written


def _prepare(environ: dict[str, str]) -> None:
    deps = bootstrap.build_deps(Settings.from_env(environ))
    bootstrap.ensure_indexes(deps)
    deps.sealer.close()
    deps.client.close()


def _list_shops(environ: dict[str, str]) -> None:
    """Shops are all that is asked for here; a founded city would be there for nobody."""
    year = datetime.now(UTC).year
    given = {"valid_until": f"{year + 1}-12-31"}
    shops = [row(kind="fresh", address=f"南京西路{number}号", **given) for number in range(SHOPS)]
    listed = str(write(Path(environ["DATA_DIR"], "shops.csv"), [*shops, row(**given)]))
    command = ["import-places", listed, "--year", str(year), "--crs", "wgs84"]
    nursery.run([sys.executable, "-m", "backend.manage", *command], env=environ).check_returncode()


@contextmanager
def _everything_noted(database: Mongod) -> Iterator[None]:
    """Every command is noted by the profiler, and is slow to the database's own log."""
    with mongo.connect(database.uri) as client:
        profiled = client[Settings(app_env="demo").mongodb_database]
        profiled.command("profile", 2, slowms=0)
        try:
            yield
        finally:
            profiled.command("profile", 0, slowms=100)


def _asked_for_places(service: Service, question: str) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "key-1"}
    reports = question.endswith("reports")
    method, body = ("POST", b'{"kind": "closed"}') if reports else ("GET", None)
    status, _, answer = service.ask(f"/api/v1/places{question}", method, body=body, headers=headers)
    return status, answer.decode()


def _answers(service: Service) -> bool:
    try:
        return service.ask("/healthz")[0] == 200
    except OSError:
        return False


def _command(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _stat(path: Path) -> list[str]:
    """State, parent and so on; nothing for a process that has just ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _runs(pid: int) -> bool:
    return _stat(Path(f"/proc/{pid}/stat"))[:1] not in ([], ["Z"])
