"""A rush on one campaign from several processes; decides docs/adr/0021.

    python -m bench benefits [--stock 400] [--processes 4] [--threads 4] [--rounds 3]

Every way makes the writes of a claim (decision, look, act, claim, notice: copied from a real one, by the bare driver, in one
transaction) and differs in how the stock is kept: one counter or sixteen in the transaction, a unit taken in the transaction, a
unit held before it. `ours` is the whole use case, which holds a unit, and `ours_unit_inside` the same one made to take it inside,
as late as can be; `ours / held` is its share of the bare driver. A quarter more come than there is stock. The ways take turns;
claims a second, the median of the rounds, with how often a transaction had to begin anew, and the processor time of a claim,
ours and the database's. On a machine that others use as well, trust `cpu_ratio`: a queue for the processor makes both sides
alike.
"""

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

import pymongo
from pymongo import ReturnDocument, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from backend import bootstrap
from backend.benefits import errors, service
from backend.benefits.model import NEVER, STOCK, Claim, Terms, Tier, Unit
from backend.benefits.service import claiming, holding
from backend.benefits.store import units
from backend.common import ids
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.errors import ServiceError
from backend.common.settings import Settings
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.registry.model import Subject
from bench.report import _cpu_s
from bench.support import database
from schemas.terms import Channel, GradeValue, Level, MerchantKind, Role, SubjectKind, ValueKind

WAYS = ("counter", "sixteen_counters", "unit_inside", "held", "ours_unit_inside", "ours")
SHARDS = 16
WRITTEN = ("grade_decisions", "audit_log", "audit_log", "benefit_claims", "notices")
MANAGER = Actor("bench", Role.BENEFIT_MANAGER, Channel.COMMAND, name="bench")
Document = dict[str, Any]


class Round(NamedTuple):
    """Claims a second, how often something began anew, and the processor time of a claim."""

    rate: float
    anew: int
    cpu_ms: float


class Gone(Exception):
    """There is no more."""


@dataclass(frozen=True)
class Task:
    """What one process does: these people, this way, on this campaign."""

    way: str
    benefit_id: str
    people: tuple[int, ...]
    threads: int
    templates: tuple[tuple[str, Document], ...]


_deps: list[Deps] = []


def main() -> None:
    options = _options()
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        shop = merchants.create(deps, MANAGER, wanted=_shop()).id
        begun = 0
        templates = _templates(deps, shop)
        found: dict[str, list[Round]] = {way: [] for way in WAYS}
        server = int(deps.client.admin.command("serverStatus")["pid"])
        given = (deps.settings.mongodb_uri, deps.settings.data_dir)
        with multiprocessing.get_context("spawn").Pool(options.processes, _connect, given) as pool:
            for _ in range(options.rounds):
                for way in WAYS:
                    people = range(begun, begun + options.stock * 5 // 4)
                    begun = people.stop
                    benefit_id = _campaign(deps, shop, options.stock)
                    _residents(deps, people)
                    shares = [tuple(people[n :: options.processes]) for n in range(options.processes)]
                    tasks = [Task(way, benefit_id, share, options.threads, templates) for share in shares]
                    began, spent = time.perf_counter(), _cpu_s(server)
                    done = pool.map(_run, tasks, chunksize=1)
                    took, spent = time.perf_counter() - began, _cpu_s(server) - spent
                    granted = sum(one for one, _, _ in done)
                    assert granted == options.stock, (way, granted)
                    cpu = spent + sum(cpu for _, _, cpu in done)
                    anew = sum(again for _, again, _ in done)
                    found[way].append(Round(granted / took, anew, 1000 * cpu / granted))
    _tell(found)


def _connect(uri: str, folder: Path) -> None:
    _deps.append(bootstrap.build_deps(Settings(app_env="test", mongodb_uri=uri, data_dir=folder)))


def _run(task: Task) -> tuple[int, int, float]:
    """How many of the people got one, how often a transaction began anew, and the seconds of processor time."""
    claim = partial(_ours if task.way.startswith("ours") else _bare, task)
    begun: list[str] = []
    spent = time.process_time()
    with ThreadPoolExecutor(task.threads) as pool, _taking_inside(task, begun):
        ended = list(pool.map(claim, task.people))
    got = sum(one for one, _ in ended)
    anew = sum(again for _, again in ended) + max(0, len(begun) - got)
    return got, anew, time.process_time() - spent


@contextmanager
def _taking_inside(task: Task, begun: list[str]) -> Iterator[None]:
    """For one way: nothing is held, and the unit is taken where the others give it to the claim; counts how often."""
    if task.way != "ours_unit_inside":
        yield
        return

    def give(deps: Deps, made: Claim, _: str) -> None:
        begun.append(made.id)
        to, begin = units.claimed(made.id, made.expires_at), units.anywhere(deps.random)
        if units.take(deps.db, (made.benefit_id, STOCK), deps.now(), begin=begin, to=to) is None:
            begun.pop()
            raise errors.out_of_stock()

    nothing = Unit("none", task.benefit_id, STOCK, NEVER)
    with (
        patch.object(claiming, "_give", give),
        patch.object(holding, "take", lambda *_: nothing),
        patch.object(holding, "let_go", lambda *_: None),
    ):
        yield


def _ours(task: Task, number: int) -> tuple[bool, int]:
    for again in range(100):
        try:
            service.claim(_deps[0], _person(number), benefit_id=task.benefit_id)
        except ServiceError as error:
            if error.reason == "benefits.out_of_stock":
                return False, again
            if error.reason != "database.busy":
                raise
        else:
            return True, again
    raise AssertionError("never let through")


def _bare(task: Task, number: int) -> tuple[bool, int]:
    """The same writes by the driver alone, begun anew as often as the server asks for it."""
    db, held = _deps[0].client[_deps[0].settings.mongodb_database], ""
    if task.way == "held":
        held = _take(db, task.benefit_id, None)
        if not held:
            return False, 0
    for again in range(10_000):
        with _deps[0].client.start_session() as session:
            try:
                with session.start_transaction(write_concern=WriteConcern("majority", j=True)):
                    _stock(db, task, held, session)
                    for name, template in task.templates:
                        db[name].insert_one(_copy(name, template, number), session=session)
            except Gone:
                return False, again
            except PyMongoError as error:
                if not error.has_error_label("TransientTransactionError"):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2 ** min(again, 5)))
            else:
                return True, again
    raise AssertionError("never let through")


def _stock(db: Any, task: Task, held: str, session: ClientSession) -> None:
    """The step in which the ways differ."""
    if task.way == "held":
        db["benefit_units"].update_one(
            {"_id": held, "use": "held"}, {"$set": {"use": "claimed"}}, session=session
        )
    elif task.way == "unit_inside":
        if not _take(db, task.benefit_id, session):
            raise Gone
    else:
        _count_down(db, task, session)


def _count_down(db: Any, task: Task, session: ClientSession) -> None:
    shards = 1 if task.way == "counter" else SHARDS
    begin = random.randrange(shards)
    for n in range(shards):
        wanted = {"_id": f"{task.benefit_id}:{shards}:{(begin + n) % shards}", "left": {"$gt": 0}}
        if db["bench_counters"].update_one(wanted, {"$inc": {"left": -1}}, session=session).modified_count:
            return
    raise Gone


def _take(db: Any, benefit_id: str, session: ClientSession | None) -> str:
    begin, now = units.anywhere(_deps[0].random), _deps[0].now()
    collection = db["benefit_units"]
    if session is None:
        collection = db.get_collection("benefit_units", write_concern=WriteConcern(w=1))
    change = {"$set": {"use": "held", "free_at": now + timedelta(days=1)}}
    for span in ({"$gte": begin, "$lte": now}, {"$lt": begin}):
        wanted = {"benefit_id": benefit_id, "pool": "stock", "free_at": span}
        found = collection.find_one_and_update(
            wanted,
            change,
            sort=[("free_at", 1)],
            return_document=ReturnDocument.AFTER,
            projection={"_id": 1},
            session=session,
        )
        if found:
            return str(found["_id"])
    return ""


def _copy(name: str, template: Document, number: int) -> Document:
    """A document of the same size and of its own keys."""
    made = template | {"_id": ids.new_id()}
    if name == "audit_log":
        made |= {"chain": f"{template['chain']}:{number}:{made['_id']}"}
    if name == "grade_decisions":
        made |= {"live_key": made["_id"]}
    if name == "benefit_claims":
        made |= {"turn_key": made["_id"], "code_mac": made["_id"].encode()}
    return made


def _templates(deps: Deps, shop: str) -> tuple[tuple[str, Document], ...]:
    """What one real claim has written."""
    _residents(deps, range(-1, 0))
    service.claim(deps, _person(-1), benefit_id=_campaign(deps, shop, 1))
    newest = {name: list(deps.db[name].find(sort=[("_id", -1)], limit=2)) for name in set(WRITTEN)}
    lines = iter(newest["audit_log"])
    return tuple((name, next(lines) if name == "audit_log" else newest[name][0]) for name in WRITTEN)


def _campaign(deps: Deps, shop: str, stock: int) -> str:
    now = deps.now()
    window = (now - timedelta(hours=1), now + timedelta(days=1))
    tiers = (Tier(GradeValue.EXCELLENT, 20), Tier(GradeValue.GOOD, 10))
    terms = Terms("券", "Voucher", ValueKind.PERCENT_OFF, tiers, stock, 0, 1, *window, 14, (), (shop,))
    ident = service.create(deps, MANAGER, wanted=terms).id
    shards = [(1, 0, stock)] + [(SHARDS, n, stock // SHARDS + (n < stock % SHARDS)) for n in range(SHARDS)]
    deps.db["bench_counters"].insert_many(
        [{"_id": f"{ident}:{of}:{n}", "left": left} for of, n, left in shards]
    )
    return ident


def _residents(deps: Deps, people: range) -> None:
    now = deps.now()
    made = [
        Subject(
            f"person-{n}", SubjectKind.PERSON, b"n%d" % n, b"", None, None, b"i%d" % n, b"", "b", n, now, now
        )
        for n in people
    ]
    deps.db["subjects"].insert_many([to_document(one) for one in made])


def _person(number: int) -> Actor:
    return Actor(
        f"acc-{number}",
        Role.CITIZEN,
        Channel.API,
        subject_id=f"person-{number}",
        level=Level.VERIFIED,
        verified_until=NEVER,
    )


def _shop() -> Particulars:
    return Particulars("良友超市", (MerchantKind.SUPERMARKET,), 600, None, None, "周莉", "021-63210000")


def _tell(found: dict[str, list[Round]]) -> None:
    rates = {way: median(one.rate for one in rounds) for way, rounds in found.items()}
    cpu = {way: median(one.cpu_ms for one in rounds) for way, rounds in found.items()}
    for way, rounds in found.items():
        anew = median(one.anew for one in rounds)
        told = {"claims_per_s": round(rates[way], 1), "begun_anew": anew, "cpu_ms": round(cpu[way], 2)}
        print(json.dumps({way: told}), flush=True)
    ratios = {
        "ours / held": round(rates["ours"] / rates["held"], 2),
        "cpu_ratio": round(cpu["held"] / cpu["ours"], 2),
    }
    print(json.dumps(ratios | {"driver": pymongo.version}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stock", type=int, default=400)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
