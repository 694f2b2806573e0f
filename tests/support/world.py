"""The world a test runs in: real database and keys, a clock that stands still, a seeded source of chance."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bson import Timestamp
from pymongo import WriteConcern

from backend import bootstrap
from backend.common import handles, ids, mongo
from backend.common.deps import Deps
from backend.common.keeping import Kept
from backend.common.mongo import MAJORITY, Client
from backend.common.pages import Cursors
from backend.common.sealing import VAULT, Sealer
from backend.common.settings import Settings
from backend.common.tokens import TokenKeys
from backend.gateways import carriers, scenes
from backend.gateways.faces import SocketFaces
from backend.gateways.printing import Limits, ProcessPrinter
from backend.gateways.sms import FileSms

MASTER_KEY = bytes(range(96))
TOKEN_SEED = bytes(range(32))
# A Saturday evening in Shanghai, the day the service was founded.
START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

PRINTER = ProcessPrinter(Limits(wait_seconds=100, start_seconds=100, document_seconds=100))
"""One for all tests of a worker; its process starts with the first document and ends with the worker."""


class Clock:
    """Time as the tests tell it; `advance` moves it on."""

    def __init__(self, start: datetime = START) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **by: float) -> datetime:
        self.instant += timedelta(**by)
        return self.instant

    def set(self, instant: datetime) -> None:
        self.instant = instant


def make_deps(client: Client, settings: Settings, clock: Clock, sealer: Sealer) -> Deps:
    """Deps over the real database; the face process is away unless a test puts one in with `dataclasses.replace`."""
    texting = FileSms(settings.data_dir / "outbox" / "sms.jsonl")
    return Deps(
        settings=settings,
        client=client,
        db=handles.database(client, settings.mongodb_database),
        now=clock,
        new_id=ids.new_id,
        new_code=ids.new_code,
        random=Random(20261121),
        sealer=sealer,
        cursors=Cursors(sealer.derive("cursors")),
        audit_key=sealer.derive("audit"),
        tokens=TokenKeys([TOKEN_SEED]),
        faces=SocketFaces(settings.face_address),
        printer=PRINTER,
        printouts=Kept(bootstrap.PRINTOUT_BYTES),
        sms=texting,
        carriers=carriers.build(settings, texting),
        scenes=scenes.build(settings),
        transaction=partial(mongo.transaction, client),
        forgetters=bootstrap.FORGETTERS,
    )


def make_settings(uri: str, database: str, data_dir: Path) -> Settings:
    return Settings(
        app_env="test", mongodb_uri=uri, mongodb_database=database, data_dir=data_dir, limit_per_address=0
    )


def empty(deps: Deps) -> None:
    """Every collection without documents again, the data keys excepted.

    Those that anybody wrote to since the last time are known from the server's log of operations, so that this costs what a
    test wrote and not how many collections there are. Only the last deletion is waited for until the majority has it, and with it
    all before: without that a transaction begun right after may still see what was taken away, while another test writes to
    the same server.
    """
    since = emptied_at(deps)
    known = _written(deps, since) if since is not None else None
    if known is None:
        # The time is taken first: what somebody still writes meanwhile is found the next time.
        last = log_time(deps)
        there = set(deps.db.list_collection_names())
    else:
        there, last = known
    names = sorted(there - {VAULT})
    for place, one in enumerate(names, start=1):
        unwaited = WriteConcern(w=1) if place < len(names) else MAJORITY
        deps.db.get_collection(one, write_concern=unwaited).delete_many({})
    _EMPTIED[deps.client.address, deps.db.name] = last


_EMPTIED: dict[tuple[Any, str], Timestamp] = {}
"""When each server's database was emptied last, by the server's clock of operations."""
# A transaction is one operation on many collections; a collection may get another's name. Who deletes leaves nothing behind:
# else each emptying would find what the one before it emptied.
_PARTS = {"$ifNull": ["$o.applyOps", [{"op": "$op", "ns": "$ns"}]]}
_LEAVING = {"$filter": {"input": _PARTS, "as": "part", "cond": {"$ne": ["$$part.op", "d"]}}}


def log_time(deps: Deps) -> Timestamp:
    """How far the server's log of operations has come."""
    found: Timestamp = deps.client.admin.command("ping")["operationTime"]
    return found


def emptied_at(deps: Deps) -> Timestamp | None:
    """When the database was emptied last."""
    return _EMPTIED.get((deps.client.address, deps.db.name))


def changed(deps: Deps, since: Timestamp) -> set[str] | None:
    """The collections that anybody wrote to or deleted from since; nothing where the log does not reach back that far."""
    written = _written(deps, since, _PARTS)
    return None if written is None else written[0]


def _written(
    deps: Deps, since: Timestamp, parts: dict[str, Any] = _LEAVING
) -> tuple[set[str], Timestamp] | None:
    """The collections that operations after that touched, and when the last of them was; nothing where the log does not reach
    back that far. What other test workers write to the same server meanwhile is passed over before anything is made of it."""
    where = {"$map": {"input": parts, "as": "part", "in": "$$part.ns"}}
    own = f"{deps.db.name}."
    here = {"$gte": own, "$lt": f"{deps.db.name}/"}  # what begins with it
    concerning = [
        {"ts": since},
        {"ns": here},
        {"ns": "admin.$cmd", "o.applyOps": {"$elemMatch": {"ns": here}}},
    ]
    found: set[str] = set()
    reaches, last = False, since
    for one in deps.client.local["oplog.rs"].aggregate(
        [
            {"$match": {"ts": {"$gte": since}, "$or": concerning}},
            {
                "$group": {
                    "_id": {"in": where, "to": "$o.to"},
                    "first": {"$min": "$ts"},
                    "last": {"$max": "$ts"},
                }
            },
        ]
    ):
        reaches = reaches or one["first"] <= since
        last = max(last, one["last"])
        if one["last"] == since:
            continue
        spaces = [*one["_id"]["in"], *filter(None, [one["_id"].get("to")])]
        found.update(space.removeprefix(own) for space in spaces if space.startswith(own))
    return (found - {"$cmd"}, last) if reaches else None
