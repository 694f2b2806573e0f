"""The report as PDF: what printing takes, and what asking again takes; docs/performance.md.

    python -m bench.pdf [rounds]

Reports of 0, 13 and 40 records, each drawn (the look durable) and printed anew, against the JSON's own work on the same
resident, in turns; and the same report asked for again, which is not printed. The memory is that of the printing process: what it
holds after all of them, and the most it ever held.
"""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from backend import bootstrap
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.settings import Settings
from backend.gateways.printing import Limits, ProcessPrinter
from backend.registry import service as registry
from backend.registry.model import Particulars
from backend.reports import service
from bench.document_shape import _record
from bench.report import _city, _cpu_s, _database
from schemas import reports as wire
from schemas.terms import Channel, Level, Role, SubjectKind
from schemas.writing import written

RECORDS = (0, 13, 40)
DATABASE = "bench_pdf"
PATIENT = Limits(wait_seconds=300, start_seconds=300, document_seconds=300, processor_seconds=300)
"""A measurement on a busy machine is slow and not a failure."""


def main(rounds: int = 15) -> None:
    with _database() as (uri, _), TemporaryDirectory(prefix="bench-pdf-") as folder:
        settings = Settings(mongodb_uri=uri, mongodb_database=DATABASE, data_dir=Path(folder))
        deps = bootstrap.build_deps(settings)
        printer = ProcessPrinter(PATIENT)
        deps = replace(deps, printer=printer)
        _city(deps, 1)
        people = [_resident(deps, number, records) for number, records in enumerate(RECORDS)]
        started_ms = _timed(lambda: _printed(deps, people[0]))
        figures = [
            _figures(deps, person, count, rounds) for person, count in zip(people, RECORDS, strict=True)
        ]
        memory = _memory(printer.pid or 0)
        printer.close()
    print(json.dumps({"first_ms": started_ms, "reports": figures, "printing_process_mb": memory}, indent=2))


def _figures(deps: Deps, person: Actor, records: int, rounds: int) -> dict[str, Any]:
    printed, used, again, answered, weighs = [], [], [], [], 0
    for number in range(rounds):
        asking = replace(person, session_id=f"s-{number}")
        before = _cpu_s(_pid(deps))
        printed.append(_timed(lambda asking=asking: _printed(deps, asking)))  # type: ignore[misc]  # bound in the loop
        used.append(round(1000 * (_cpu_s(_pid(deps)) - before)))
        again.append(_timed(lambda asking=asking: _printed(deps, asking)))  # type: ignore[misc]  # as above
        answered.append(_timed(lambda asking=asking: written(wire.Report, service.mine(deps, asking))))  # type: ignore[misc]  # as above
        weighs = len(_printed(deps, asking))
    return {
        "records": records,
        "printed_ms": median(printed),
        "printing_process_cpu_ms": median(used),
        "again_ms": median(again),
        "json_ms": median(answered),
        "kilobytes": round(weighs / 1024),
    }


def _pid(deps: Deps) -> int:
    assert isinstance(deps.printer, ProcessPrinter)
    return deps.printer.pid or 0


def _printed(deps: Deps, person: Actor) -> bytes:
    return service.printed(deps, person).content


def _resident(deps: Deps, number: int, records: int) -> Actor:
    ident = f"31019919600{number:02}70000"
    subject = registry.register(
        deps, Particulars(SubjectKind.PERSON, "欧阳䶮", ident, None, None, "bench", number)
    )
    if subject is None:
        raise SystemExit("the resident was not taken in")
    chance = random.Random(number)
    codes = deps.db["records"].distinct("item_code")
    rows = [to_document(_record(chance, subject.id)) for _ in range(records)]
    for row in rows:
        row["item_code"] = chance.choice(codes)
    if rows:
        deps.db["records"].insert_many(rows)
    until = deps.now() + timedelta(hours=1)
    return Actor(
        f"a-{number}", Role.CITIZEN, Channel.API, "s", subject.id, level=Level.VERIFIED, verified_until=until
    )


def _timed(work: Callable[[], object]) -> float:
    before = perf_counter()
    work()
    return round((perf_counter() - before) * 1000, 1)


def _memory(pid: int) -> dict[str, int]:
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        name: round(int(told[field].split()[0]) / 1024)
        for name, field in (("now", "VmRSS"), ("most", "VmHWM"))
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
