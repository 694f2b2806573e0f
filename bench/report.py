"""GET /me/report against the bare driver doing the same reads and the same durable log write; docs/performance.md.

    python -m bench.report [--seconds 5] [--rounds 3] [--processes 2] [--connections 8] [--subjects 2000]

The bare side is `processes` processes of `connections` threads that each read the session, the subject, 13 records and
the latest 50 looks, and insert one line of the log, acknowledged by the majority. The service is the same number of
worker processes and threads under granian as in the Procfile, asked over as many kept-alive connections; what the
asking itself costs is on the service's account. Both take turns. On a machine that others use as well, trust `cpu_ratio`:
what both sides make the processors do for one report, processes and database together, whoever else waits for them.
"""

import argparse
import json
import multiprocessing
import os
import random
import secrets
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pymongo import DESCENDING, WriteConcern
from pymongo.errors import DuplicateKeyError

from backend import bootstrap
from backend.accounts import service as accounts
from backend.accounts.model import Holder
from backend.catalogue import service as catalogue
from backend.common import mongo
from backend.common.actor import system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.settings import Settings
from backend.local.mongod import Mongod, free_port
from backend.registry import service as registry
from backend.registry.model import Particulars
from bench.document_shape import _record
from schemas.terms import Channel, Level, Role, SubjectKind

RECORDS = 13
LATEST = 50
DATABASE = "bench_report"


@dataclass(frozen=True)
class Resident:
    """Somebody whose report is read: ids for the bare driver, a token for the service."""

    subject_id: str
    session_id: str
    token: str


@dataclass(frozen=True)
class Round:
    """What one side did in one round: reports a second, and milliseconds of processor a report."""

    per_second: float
    cpu_ms: float


@dataclass(frozen=True)
class Pids:
    """The processes whose work is counted: the database, and the service with its workers."""

    database: int
    service: int


@dataclass(frozen=True)
class Plan:
    processes: int
    connections: int
    seconds: float


class Standing(NamedTuple):
    """A service over a database of its own, and its residents."""

    settings: Settings
    residents: list[Resident]
    plan: Plan
    pids: Pids


@contextmanager
def standing(options: argparse.Namespace) -> Iterator[Standing]:
    plan = Plan(options.processes, options.connections, options.seconds)
    with _database() as (uri, database), tempfile.TemporaryDirectory(prefix="bench-report-") as folder:
        settings = Settings(
            mongodb_uri=uri, mongodb_database=DATABASE, data_dir=Path(folder), port=free_port(0)
        )
        residents = _city(bootstrap.build_deps(settings), options.subjects)
        with _service(settings, plan) as service:
            yield Standing(settings, residents, plan, Pids(database, service))


def main() -> None:
    options = _options()
    with standing(options) as stood:
        print(json.dumps(compare(*stood, options.rounds), indent=2))


def compare(
    settings: Settings, residents: Sequence[Resident], plan: Plan, pids: Pids, rounds: int
) -> dict[str, Any]:
    """Both sides in turn; the median of each, and their ratio."""
    _asked(settings, residents, Plan(plan.processes, plan.connections, 1), pids)
    found = [
        (_bare(settings, residents, plan, pids), _asked(settings, residents, plan, pids))
        for _ in range(rounds)
    ]
    bare, served = (statistics.median(pair[side].per_second for pair in found) for side in (0, 1))
    bare_cpu, served_cpu = (statistics.median(pair[side].cpu_ms for pair in found) for side in (0, 1))
    with mongo.connect(str(settings.mongodb_uri)) as client:
        looks = client[DATABASE]["audit_log"].count_documents({"look": True}) / len(residents)
    return {
        "bare_per_second": round(bare),
        "service_per_second": round(served),
        "ratio": round(served / bare, 2),
        "ratios": [round(pair[1].per_second / pair[0].per_second, 2) for pair in found],
        "bare_cpu_ms": round(bare_cpu, 2),
        "service_cpu_ms": round(served_cpu, 2),
        "cpu_ratio": round(bare_cpu / served_cpu, 2),
        "cpu_ratios": [round(pair[0].cpu_ms / pair[1].cpu_ms, 2) for pair in found],
        "processes": plan.processes,
        "connections": plan.processes * plan.connections,
        "looks_a_subject_at_the_end": round(looks, 1),
    }


def _bare(settings: Settings, residents: Sequence[Resident], plan: Plan, pids: Pids) -> Round:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(plan.processes + 1), context.Queue()
    shares = [residents[number :: plan.processes] for number in range(plan.processes)]
    running = [
        context.Process(target=_bare_process, args=(str(settings.mongodb_uri), share, plan, ready, done))
        for share in shares
    ]
    for process in running:
        process.start()
    ready.wait()
    before = _cpu_s(pids.database)
    counts, used = zip(*(done.get() for _ in running), strict=True)
    used_s = sum(used) + _cpu_s(pids.database) - before
    for process in running:
        process.join()
    return Round(sum(counts) / plan.seconds, 1000 * used_s / sum(counts))


def _bare_process(uri: str, residents: Sequence[Resident], plan: Plan, ready: Any, done: Any) -> None:
    with mongo.connect(uri) as client:
        shares = [residents[number :: plan.connections] for number in range(plan.connections)]
        _read_and_log(client[DATABASE], shares[0][0])
        ready.wait()
        before = time.process_time()
        count = _together(shares, plan.seconds, lambda one: _read_and_log(client[DATABASE], one))
        done.put((count, time.process_time() - before))


def _read_and_log(db: mongo.Database, one: Resident) -> None:
    """The reads of one report and its line of the log, as documents."""
    now = datetime.now(UTC)
    db["sessions"].find_one({"_id": one.session_id})
    db["subjects"].find_one({"_id": one.subject_id})
    open_now = {
        "hidden_at": None,
        "suspended_at": None,
        "suspends_at": {"$not": {"$lte": now}},
        "query_until": {"$not": {"$lte": now}},
    }
    list(db["records"].find({"subject_id": one.subject_id} | open_now))
    log = db.get_collection("audit_log", write_concern=WriteConcern(w="majority", j=True))
    chain = f"looks:{one.subject_id}"
    newest = list(log.find({"chain": chain}, sort=[("seq", DESCENDING)], limit=LATEST))
    try:
        log.insert_one(_line(one, chain, newest[0]["seq"] + 1 if newest else 1, now))
    except DuplicateKeyError:  # the service's round ended in the middle of this subject
        return


def _line(one: Resident, chain: str, seq: int, now: datetime) -> dict[str, Any]:
    said = {"zh": "本人查询本人信用报告", "en": "The subject reads the own credit report"}
    return {
        "_id": secrets.token_hex(13), "at": now, "chain": chain, "seq": seq, "prev": secrets.token_bytes(32),
        "actor_id": one.subject_id, "actor_role": "citizen", "actor_name": None, "actor_unit": None,
        "channel": "api", "action": "reports.read", "look": True, "subject_id": one.subject_id, "target_id": None,
        "purpose": said, "scope": said, "mac": secrets.token_bytes(32),
        "details": {"report_no": secrets.token_hex(13), "code_hash": secrets.token_hex(32),
                    "snapshot": secrets.token_hex(32), "records": RECORDS},
    }  # fmt: skip


def _asked(
    settings: Settings,
    residents: Sequence[Resident],
    plan: Plan,
    pids: Pids,
    request: Callable[[Resident], bytes] | None = None,
) -> Round:
    """Reports a second over kept-alive connections, each with residents of its own; anything but 200 ends the bench."""
    connections = plan.processes * plan.connections
    wires = [
        Wire(settings.port, residents[number::connections], number, request or _request)
        for number in range(connections)
    ]
    before = _cpu_s(pids.database) + _cpu_s(pids.service)
    count = _ask_all(wires, plan.seconds)
    used_s = _cpu_s(pids.database) + _cpu_s(pids.service) - before
    for wire in wires:
        wire.close()
    return Round(count / plan.seconds, 1000 * used_s / count)


def _ask_all(wires: "Sequence[Wire]", seconds: float) -> int:
    """How many whole answers come back in the time; one thread waits for all, so that asking costs next to nothing."""
    ends, count = time.monotonic() + seconds, 0
    with selectors.DefaultSelector() as ready:
        for wire in wires:
            ready.register(wire.socket, selectors.EVENT_READ, wire)
            wire.ask()
        while time.monotonic() < ends:
            for key, _ in ready.select(0.1):
                if key.data.hear():
                    count += 1
                    key.data.ask()
    return count


class Wire:
    """One kept-alive connection that asks for one report after the other."""

    def __init__(
        self, port: int, residents: Sequence[Resident], number: int, request: Callable[[Resident], bytes]
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._order = random.Random(number)
        self._requests = [request(one) for one in residents]
        self._buffer = bytearray(1 << 18)
        self._held = self._whole = 0

    def ask(self) -> None:
        self._held = self._whole = 0
        self.socket.sendall(self._order.choice(self._requests))

    def hear(self) -> bool:
        """Take in what has come; True when the answer is complete."""
        self._held += self.socket.recv_into(memoryview(self._buffer)[self._held :])
        if not self._whole:
            self._whole = _length(bytes(self._buffer[: min(self._held, 2048)]))
        return self._held == self._whole

    def close(self) -> None:
        self.socket.close()


def _request(one: Resident) -> bytes:
    return (
        f"GET /api/v1/me/report HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {one.token}\r\n\r\n".encode()
    )


def _length(start: bytes) -> int:
    """The bytes of the whole answer, 0 while its head is not there yet."""
    head, end, _ = start.partition(b"\r\n\r\n")
    if not end:
        return 0
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(start.decode(errors="replace"))
    return len(head) + 4 + int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])


def _cpu_s(pid: int) -> float:
    """Seconds of processor that a process and its children have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for one in [str(pid), *children]:
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(after_name[11]) + int(after_name[12])
    return total / os.sysconf("SC_CLK_TCK")


def _together(shares: Sequence[Sequence[Resident]], seconds: float, work: Any) -> int:
    """One thread a share, each through its residents in random order until the time is up; how often in all."""
    ends, counts, faults = time.monotonic() + seconds, [0] * len(shares), []

    def run(number: int) -> None:
        order = random.Random(number)
        try:
            while time.monotonic() < ends:
                work(order.choice(shares[number]))
                counts[number] += 1
        except BaseException as error:
            faults.append(error)
            raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(shares))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(counts)


def _city(deps: Deps, subjects: int) -> list[Resident]:
    """A catalogue, residents with 13 records each, and a verified session for everybody."""
    bootstrap.ensure_indexes(deps)
    operator = system(Channel.COMMAND, "bench")
    units, items = catalogue.demonstration()
    catalogue.import_units(deps, operator, rows=units)
    catalogue.import_catalogue(deps, operator, year=2026, rows=items)
    codes = [(item.code, item.unit_code) for item in catalogue.items_by_code(deps, year=2026).values()]
    hasher = registry.Hasher(registry.linking_key(deps))
    people = [registry.made(deps, hasher, _particulars(number)) for number in range(subjects)]
    registry.put_new(deps, people)
    chance = random.Random(11)
    for person in people:
        rows = [to_document(_record(chance, person.id)) for _ in range(RECORDS)]
        for row in rows:
            row["item_code"], row["unit_code"] = chance.choice(codes)
        deps.db["records"].insert_many(rows)
    return [_signed_in(deps, number, person.id) for number, person in enumerate(people)]


def _particulars(number: int) -> Particulars:
    """A resident of a district that never was."""
    ident = f"3101991950{number // 10_000:04}{number % 10_000:04}"
    return Particulars(SubjectKind.PERSON, f"测试{number:05}", ident, None, None, "bench", number)


def _signed_in(deps: Deps, number: int, subject_id: str) -> Resident:
    session, tokens = accounts.open_session(deps, Holder(f"account-{number}", Role.CITIZEN, subject_id))
    proof = {"level": Level.VERIFIED.value, "verified_until": deps.now() + timedelta(hours=1)}
    deps.db["sessions"].update_one({"_id": session.id}, {"$set": proof})
    return Resident(subject_id, session.id, tokens.access_token)


@contextmanager
def _database() -> Iterator[tuple[str, int]]:
    folder = Path(tempfile.mkdtemp(prefix="bench-mongod-"))
    server = Mongod(folder / "db", log=folder / "mongod.log", oplog_mb=990)
    server.start()
    try:
        server.wait_ready()
        with mongo.connect(server.uri) as client:
            pid = int(client.admin.command("serverStatus")["pid"])
        yield server.uri, pid
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _service(settings: Settings, plan: Plan) -> Iterator[int]:
    environment = os.environ | {
        "APP_ENV": "demo", "MONGODB_URI": str(settings.mongodb_uri), "MONGODB_DATABASE": DATABASE,
        "DATA_DIR": str(settings.data_dir), "PORT": str(settings.port), "LIMIT_PER_ADDRESS": "100000000",
        "WEB_WORKERS": str(plan.processes), "WEB_THREADS": str(plan.connections), "LOG_LEVEL": "INFO",
    }  # fmt: skip
    with (settings.data_dir / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.serve"], env=environment, stdout=log, stderr=log
        )
        try:
            _wait(settings.port, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: "subprocess.Popen[bytes]", within_s: float = 30) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--subjects", type=int, default=2_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
