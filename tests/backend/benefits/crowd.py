"""Residents who rush at one campaign from processes of their own: `python -m tests.backend.benefits.crowd URI DATABASE FOLDER
BENEFIT NOW FIRST LAST THREADS [POINT [CODE MERCHANT]]`, which prints how each of the people FIRST..LAST fared.

With a POINT the process is killed there, at its first claim; with a CODE and a MERCHANT behind it, at redeeming that.
"""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from backend.audit import service as audit
from backend.audit import store as audit_store
from backend.benefits import service
from backend.benefits.model import NEVER
from backend.benefits.service import claiming, redeeming
from backend.benefits.store import claims, units
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.sealing import Sealer
from backend.grades import service as grades
from backend.notices import service as notices
from schemas.terms import Channel, Level, Role
from tests.support import dying, world

CLAIM_POINTS = ("held", "decided", "given", "inserted", "told", "lines", "settled", "never")
REDEEM_POINTS = ("used", "put", "recorded", "lines", "redeemed", "never")
PLACES: dict[str, tuple[Any, str]] = {
    "held": (units, "take"),
    "decided": (grades, "decide"),
    "given": (claiming, "_give"),
    "inserted": (claims, "insert"),
    "told": (notices, "send"),
    "lines": (audit_store, "insert_all"),
    "settled": (claiming, "_settle"),
    "used": (units, "put"),
    "put": (claims, "put"),
    "recorded": (audit, "record"),
    "redeemed": (redeeming, "_redeem"),
}


def person(number: int) -> Actor:
    return Actor(
        f"acc-{number}",
        Role.CITIZEN,
        Channel.API,
        subject_id=f"person-{number}",
        level=Level.VERIFIED,
        verified_until=NEVER,
    )


def till(merchant_id: str) -> Actor:
    return Actor(merchant_id, Role.MERCHANT, Channel.API, name="店", through="key:k1")


def fare(deps: Deps, benefit_id: str, number: int) -> str:
    """What became of one resident, who comes again when told that many are before."""
    for _ in range(50):
        try:
            return service.claim(deps, person(number), benefit_id=benefit_id).code or "no code"
        except ServiceError as error:
            if error.reason != "database.busy":
                return error.reason
    return "gave up"


def main(uri: str, database: str, folder: str, benefit_id: str, now: str, *rest: str) -> None:
    first, last, threads = (int(word) for word in rest[:3])
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        deps.random.seed(first)
        dying.die_after(PLACES, rest[3] if len(rest) > 3 else "never")
        if len(rest) > 4:
            receipt = service.redeem(deps, till(rest[5]), code=rest[4], idempotency_key="k1")
            print(json.dumps({"receipt_no": receipt.receipt_no}))
            return
        numbers = list(range(first, last))
        Random(first).shuffle(numbers)
        with ThreadPoolExecutor(threads) as pool:
            fared = list(pool.map(partial(fare, deps, benefit_id), numbers))
    print(json.dumps(Counter("claimed" if "-" in one else one for one in fared)))


if __name__ == "__main__":
    main(*sys.argv[1:])
