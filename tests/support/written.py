"""What use cases wrote once, put back as it was: for tests that begin where writing it took longest."""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from bson import Timestamp
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern
from pymongo.database import Database

from backend.common.deps import Deps
from backend.common.mongo import MAJORITY
from backend.common.sealing import VAULT, Sealer
from tests.support import world
from tests.support.world import START

T = TypeVar("T")

Written = dict[str, list[RawBSONDocument]]
"""Every document, byte for byte, by collection."""
_once: WeakKeyDictionary[Sealer, dict[Callable[[Deps], Any], tuple[Any, Written]]] = WeakKeyDictionary()
"""What each function returned and wrote, by the keys it was sealed with."""

_standing: WeakKeyDictionary[Sealer, tuple[Callable[[Deps], Any], Timestamp | None, Timestamp]] = (
    WeakKeyDictionary()
)
"""What function's writings were put back last, after which emptying, and how far the server's log of operations had come then."""


def once(deps: Deps, make: Callable[[Deps], T]) -> T:
    """What `make` returns: it writes in earnest the first time in a test worker, into a database that is empty at `START`.

    It returns nothing that hangs on `deps`. Where something was written before it, or on another day, it writes as ever.
    """
    kept = _once.setdefault(deps.sealer, {})
    if deps.now() != START or deps.db["audit_log"].find_one():
        return make(deps)
    if make in kept:
        returned, written = kept[make]
        put_back(deps, written)
        return returned  # type: ignore[no-any-return]  # what this very function returned
    alone = not everything(deps)
    returned = make(deps)
    if alone:
        kept[make] = returned, everything(deps)
    return returned


def again(deps: Deps, make: Callable[[Deps], T]) -> T:
    """As `once`, for tests that all begin with the same: of what stands from the test before only what it changed is put back.

    Instead of the fixture `deps`, which has emptied the database by then, they need one that leaves it as it is."""
    if deps.sealer in _standing:
        last, emptied, since = _standing.pop(deps.sealer)
        changed = world.changed(deps, since) if (last, emptied) == (make, world.emptied_at(deps)) else None
        if changed is not None:
            returned, written = _once[deps.sealer][make]
            for name in sorted(changed - {VAULT}):
                deps.db[name].delete_many({})
            put_back(deps, {name: found for name, found in written.items() if name in changed})
            _standing[deps.sealer] = make, emptied, world.log_time(deps)
            return returned  # type: ignore[no-any-return]  # what this very function returned
    world.empty(deps)
    made = once(deps, make)
    if make in _once[deps.sealer]:
        _standing[deps.sealer] = make, world.emptied_at(deps), world.log_time(deps)
    return made


def everything(deps: Deps) -> Written:
    """All that lies in the database, the data keys excepted."""
    raw = _raw(deps)
    names = set(deps.db.list_collection_names()) - {VAULT}
    found = {name: list(raw[name].find()) for name in sorted(names)}
    return {name: documents for name, documents in found.items() if documents}


def put_back(deps: Deps, written: Written) -> None:
    """Into an empty database with the same data keys. As in `world.empty`, the majority is waited for once, at the end."""
    raw = _raw(deps)
    for place, (name, documents) in enumerate(written.items(), start=1):
        unwaited = WriteConcern(w=1) if place < len(written) else MAJORITY
        raw.get_collection(name, write_concern=unwaited).insert_many(documents)


def _raw(deps: Deps) -> Database[RawBSONDocument]:
    return Database(deps.client, deps.db.name, codec_options=CodecOptions(document_class=RawBSONDocument))  # type: ignore[arg-type]  # a client of other documents
