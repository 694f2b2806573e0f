"""`python -m tests.backend.eligibility.till URI DATABASE FOLDER NOW MERCHANT SERVICE CODE POINT KEY`: a till in a process of its
own. It says that it is ready, waits for a line, asks, and tells what it got; or is killed at a point within. At the point
"order" it makes an order, its number being KEY, from the check CODE."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.common import mongo
from backend.common.actor import Actor
from backend.common.errors import ServiceError
from backend.common.sealing import Sealer
from backend.eligibility import service, store
from backend.eligibility.service import checking
from backend.grades import service as grades
from backend.merchants import service as merchants
from backend.orders import service as orders
from schemas.terms import Channel, Role
from tests.support import dying, world

POINTS = ("used", "decided", "inserted", "counted", "committed")


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
            answer = service.check(deps, till, code=code, service_id=lending, idempotency_key=key or None)
            print(json.dumps({"check_id": answer.check_id, "verdict": answer.verdict.value}))
        except ServiceError as error:
            print(json.dumps({"reason": error.reason}))


def _plant(point: str) -> None:
    places: dict[str, tuple[Any, str]] = {
        "used": (store, "use_pass"),
        "decided": (grades, "decide"),
        "inserted": (store, "insert_check"),
        "counted": (merchants, "count"),
        "committed": (checking, "_check"),
    }
    dying.die_after(places, point)


if __name__ == "__main__":
    main(*sys.argv[1:])
