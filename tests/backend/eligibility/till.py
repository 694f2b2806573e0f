"""`python -m tests.backend.eligibility.till URI DATABASE FOLDER NOW MERCHANT SERVICE CODE POINT KEY`: a till in a process of its
own. It says that it is ready, waits for a line, asks, and tells what it got; or is killed at a point within. At the point
"order" it makes an order, its number being KEY, from the check CODE; at "guess" it tries KEY wrong codes at once."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.audit import service as audit
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.sealing import Sealer
from backend.eligibility import service, store
from backend.eligibility.service import checking
from backend.merchants import service as merchants
from backend.orders import service as orders
from schemas.terms import Channel, Role
from tests.support import dying, world

POINTS = ("used", "inserted", "looked", "counted", "committed")


def main(uri: str, database: str, folder: str, now: str, merchant: str, lending: str, *rest: str) -> None:
    code, point, key = rest
    with mongo.connect(uri) as client:
        settings = world.make_settings(uri, database, Path(folder))
        clock = world.Clock(datetime.fromisoformat(now))
        deps = world.make_deps(client, settings, clock, Sealer(client, database, world.MASTER_KEY))
        deps.sealer.derive("passes")
        client.admin.command("ping")
        till = Actor(merchant, Role.MERCHANT, Channel.API, name="till", through="key:test")
        _plant(point)
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            if point == "order":
                made = orders.create(deps, till, order_no=key, check_id=code)
                print(json.dumps({"order_id": made.id}))
                return
            if point == "guess":
                print(json.dumps(_guess(deps, till, lending, int(key))))
                return
            answer = service.check(deps, till, code=code, service_id=lending, idempotency_key=key or None)
            print(json.dumps({"check_id": answer.check_id, "verdict": answer.verdict.value}))
        except ServiceError as error:
            print(json.dumps({"reason": error.reason}))


def _guess(deps: Deps, till: Actor, lending: str, many: int) -> list[str]:
    """Many wrong codes at once, and how each was refused."""

    def one(number: int) -> str:
        try:
            service.check(deps, till, code=f"0000-{number:04d}", service_id=lending)
        except ServiceError as error:
            return error.reason
        raise AssertionError("a guess was right")

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def _plant(point: str) -> None:
    places: dict[str, tuple[Any, str]] = {
        "used": (store, "use_pass"),
        "inserted": (store, "insert_check"),
        "looked": (audit, "look"),
        "counted": (merchants, "count"),
        "committed": (checking, "_check"),
    }
    dying.die_after(places, point)


if __name__ == "__main__":
    main(*sys.argv[1:])
