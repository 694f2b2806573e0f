"""What is spared by reading in one operation and by writing lines together; decides docs/adr/0020.

    python -m bench joined [--subjects 300] [--rounds 3]

Reads: session, subject, 13 records and the latest looks, apart or joined, by 1 and by 8 threads. Inserts: lines of the log, each
acknowledged by the majority, 1 to 8 in a command. Processor milliseconds of this process and of the database, a report
or a line; the ways take turns.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from pymongo import DESCENDING

from backend import bootstrap
from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.deps import Deps
from backend.common.handles import durable
from backend.common.settings import Settings
from backend.records import service as records
from backend.registry import service as registry
from backend.reports import service as reports
from bench.report import LATEST, Resident, _city, _cpu_s, _database, _line, _read_and_log
from schemas.terms import Channel

READS, LINES, LOOKS = 1_600, 800, 7
Work = Callable[[Resident], object]


@dataclass(frozen=True)
class Found:
    """Processor milliseconds of one piece of work."""

    client: float
    server: float


def main() -> None:
    options = _options()
    with _database() as (uri, database), tempfile.TemporaryDirectory(prefix="bench-joined-") as folder:
        deps = bootstrap.build_deps(Settings(app_env="test", mongodb_uri=uri, data_dir=Path(folder)))
        residents = _city(deps, options.subjects)
        for one in residents:
            for _ in range(LOOKS):
                _read_and_log(deps.db, one)
        for threads in (1, 8):
            ways = {"apart": lambda one: _apart(deps, one), "joined": lambda one: _joined(deps, one)}
            _tell(
                f"reads by {threads} threads", _in_turns(ways, residents, database, threads, options.rounds)
            )
        _tell("lines in a command", _lines(deps, residents[0], database, options.rounds))


def _apart(deps: Deps, one: Resident) -> None:
    accounts.authenticate(deps, one.token, Channel.API)
    registry.find(deps, one.subject_id)
    records.of_subject(deps, one.subject_id)
    audit.newest_looks(deps, one.subject_id, limit=LATEST)


def _joined(deps: Deps, one: Resident) -> None:
    ahead = reports.ahead(deps)
    accounts.authenticate(deps, one.token, Channel.API, ahead=ahead)
    if ahead.found is None:
        raise SystemExit("nothing was read with the session")
    records.open_now(deps, ahead.found[1])


def _in_turns(
    ways: Mapping[str, Work], residents: Sequence[Resident], database: int, threads: int, rounds: int
) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(_measured(partial(_run, work, residents, threads), READS, database))
    return found


def _run(work: Work, residents: Sequence[Resident], threads: int) -> None:
    def some(number: int) -> None:
        order = random.Random(number)
        for _ in range(READS // threads):
            work(order.choice(residents))

    running = [threading.Thread(target=some, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def _lines(deps: Deps, one: Resident, database: int, rounds: int) -> dict[str, list[Found]]:
    log, seq = durable(deps.db, "audit_log"), 1 + _last(deps)
    found: dict[str, list[Found]] = {str(size): [] for size in (1, 2, 4, 8)}
    for _ in range(rounds):
        for size in (1, 2, 4, 8):
            lines = [_line(one, "bench", seq + n, deps.now()) for n in range(LINES)]
            seq += LINES
            groups = [lines[n : n + size] for n in range(0, LINES, size)]

            def write(groups: list[list[dict[str, Any]]] = groups) -> None:
                for group in groups:
                    log.insert_one(group[0]) if len(group) == 1 else log.insert_many(group, ordered=False)

            found[str(size)].append(_measured(write, LINES, database))
    return found


def _last(deps: Deps) -> int:
    found = deps.db["audit_log"].find_one({"chain": "bench"}, sort=[("seq", DESCENDING)])
    return int(found["seq"]) if found else 0


def _measured(work: Callable[[], None], times: int, database: int) -> Found:
    client, server = time.process_time(), _cpu_s(database)
    work()
    return Found(1000 * (time.process_time() - client) / times, 1000 * (_cpu_s(database) - server) / times)


def _tell(what: str, found: dict[str, list[Found]]) -> None:
    said = {
        name: {
            "client_ms": round(median(one.client for one in rounds), 3),
            "server_ms": round(median(one.server for one in rounds), 3),
        }
        for name, rounds in found.items()
    }
    print(json.dumps({what: said}), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subjects", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
