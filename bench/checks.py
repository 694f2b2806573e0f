"""A merchant's check beside the raw driver that sends the same commands in the same transaction, in the same run.

    python -m bench checks [--residents 400] [--rounds 3] [--threads 4]

Each resident has ten records, makes a pass (not measured) and is checked once a round; ours and raw take turns. Raw: the same
reads and writes with documents made before, no rule, no keyed hash, no chain of signatures; it too runs again where writers
collide. Aim: at least half of raw.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from pymongo import DESCENDING

from backend import bootstrap
from backend.common import ids
from backend.common.actor import Actor, system
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.mongo import Document, atomic
from backend.eligibility import service
from backend.eligibility.model import Offer
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from backend.registry import service as registry
from backend.registry.model import Particulars as Person
from bench import support
from bench.support import database
from schemas.terms import Channel, GradeValue, Level, MerchantKind, Role, ServiceKind, SubjectKind
from tests.support.people import number_of
from tests.support.records import make_record

RECORDS = 10
MANAGER = system(Channel.COMMAND, "bench")
OFFER = Offer(
    kind=ServiceKind.LIBRARY_BOOKS,
    title_zh="图书免押借阅",
    title_en="Library books",
    purpose_zh="决定是否免收押金。",
    purpose_en="To decide whether a deposit is needed.",
    contact="021-54320000",
    deposit_fen=20_000,
    minimum_grade=GradeValue.GOOD,
    no_record_eligible=True,
    max_days=30,
)


@dataclass(frozen=True)
class Hall:
    deps: Deps
    till: Actor
    service_id: str
    subjects: Sequence[str]


def main() -> None:
    options = _options()
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        hall = _hall(deps, options.residents)
        found: dict[str, list[float]] = {"checks": [], "raw": []}
        for turn in range(options.rounds + 1):
            ours = support.rate(options.threads, _checks(hall))
            raw = support.rate(options.threads, _raws(hall))
            if turn:  # the first warms both up
                found["checks"].append(ours)
                found["raw"].append(raw)
        rate = {name: round(median(values), 1) for name, values in found.items()}
        share = round(rate["checks"] / rate["raw"], 2)
        print(json.dumps({"per_second": rate, "share_of_raw": share, "threads": options.threads}))


def _hall(deps: Deps, residents: int) -> Hall:
    wanted = Particulars("示范图书馆", (MerchantKind.LIBRARY,), rate_per_minute=600)
    shown, key = merchants.create_with_key(deps, MANAGER, wanted=wanted, label="bench")
    till = merchants.authenticate(deps, key.key, Channel.API)
    lending = service.create_service(deps, MANAGER, merchant_id=shown.id, offer=OFFER)
    return Hall(deps, till, lending.id, [_resident(deps, place) for place in range(residents)])


def _resident(deps: Deps, place: int) -> str:
    born = date(1950, 1, 1) + timedelta(days=place)
    number = number_of(born.strftime("%Y%m%d"), "001")
    subject = registry.register(
        deps, Person(SubjectKind.PERSON, f"居民{place}", number, None, None, "bench", 1)
    )
    assert subject is not None
    made = (make_record(subject_id=subject.id, key=ids.new_code()) for _ in range(RECORDS))
    deps.db["records"].insert_many([to_document(one) for one in made])
    return subject.id


def _checks(hall: Hall) -> list[Callable[[], object]]:
    """Passes made now, each to be checked once."""
    return [_check(hall, subject_id) for subject_id in hall.subjects]


def _check(hall: Hall, subject_id: str) -> Callable[[], object]:
    deps = hall.deps
    until = deps.now() + timedelta(minutes=10)
    resident = Actor(
        f"a-{subject_id}",
        Role.CITIZEN,
        Channel.API,
        "s",
        subject_id,
        level=Level.VERIFIED,
        verified_until=until,
    )
    code = service.make_pass(deps, resident, service_id=hall.service_id).code
    return lambda: service.check(deps, hall.till, code=code, service_id=hall.service_id)


def _raws(hall: Hall) -> list[Callable[[], object]]:
    """The same with documents that were made before, after those of the last check of each resident."""
    db = hall.deps.db
    made = []
    for subject_id in hall.subjects:
        check = db["checks"].find_one({"subject_id": subject_id}, sort=[("decided_at", DESCENDING)]) or {}
        used = db["passes"].find_one({"_id": check["pass_id"]}) or {}
        fresh = {"_id": ids.new_id(), "code_mac": ids.new_code(), "state": "open"}
        db["passes"].insert_one(used | fresh)
        made.append(_raw(hall, used | fresh, check | {"_id": ids.new_code()}))
    return made


def _raw(hall: Hall, used: Document, check: Document) -> Callable[[], object]:
    db = hall.deps.db
    subject_id, chain = check["subject_id"], f"looks:{check['subject_id']}"

    @atomic
    def written(_: Deps) -> None:
        db["deposit_free_services"].find_one({"_id": hall.service_id})
        mac = {"code_mac": {"$eq": used["code_mac"], "$type": "string"}}
        db["passes"].find_one_and_update(
            mac | {"service_id": hall.service_id},
            {"$set": {"state": "used", "code_mac": None, "open_key": None, "judged": None}},
        )
        db["sessions"].find_one({"_id": used["session_id"]})
        db["record_touches"].find_one({"subject_id": subject_id, "at": {"$gte": used["made_at"]}})
        db["check_contests"].find_one({"subject_id": subject_id, "service_id": hall.service_id})
        db["checks"].insert_one(check)
        last = db["audit_log"].find_one({"chain": chain}, sort=[("seq", DESCENDING)]) or {"seq": 0}
        db["audit_log"].insert_one(last | {"_id": ids.new_id(), "chain": chain, "seq": last["seq"] + 1})
        stripe = random.randrange(16)
        db["merchant_figures"].update_one(
            {"_id": f"{hall.till.id}:bench:{stripe}"}, {"$inc": {"counts.checks": 1}}, upsert=True
        )

    def run() -> None:
        held = {"id": used["_id"], "at": used["made_at"]}
        db["limit_tries"].update_one({"_id": "bench"}, {"$push": {"held": held}}, upsert=True)
        written(hall.deps)
        db["limit_tries"].update_one({"_id": "bench"}, {"$pull": {"held": {"id": used["_id"]}}})

    return run


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
