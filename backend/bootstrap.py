"""Settings -> Deps: the one place that builds real things. No Flask here; every process begins with it."""

import pkgutil
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from random import SystemRandom
from types import ModuleType
from typing import Any

import backend
from backend.common import clock, handles, ids, keys, mongo
from backend.common.deps import Deps, Forgetter
from backend.common.keeping import Kept
from backend.common.pages import Cursors
from backend.common.sealing import Sealer
from backend.common.settings import Settings, SettingsError
from backend.common.tokens import TokenKeys
from backend.eligibility import service as eligibility
from backend.gateways import carriers, scenes, sms
from backend.gateways.faces import SocketFaces
from backend.gateways.printing import ProcessPrinter
from backend.grades import service as grades
from backend.objections import service as objections
from backend.removals import service as removals
from backend.restorations import service as restorations

FORGETTERS: tuple[Forgetter, ...] = (
    grades.forget,
    removals.forget,
    objections.forget,
    restorations.forget,
    eligibility.forget,
)
"""Whoever keeps words about records: they go in the transaction in which the record does (Regulation 37)."""

PRINTOUT_BYTES = 8 * 1024 * 1024
"""Of reports as PDF that a web process keeps while their readers may have them again: some thirty."""


class IndexesMissing(Exception):
    """The database lacks declared indexes; `manage ensure-indexes` makes them."""


def ensure_indexes(deps: Deps) -> list[str]:
    """Make every collection and index that a store declares, and the data keys; safe to run again and at once twice.

    Collections are made here because a transaction must not meet a missing one. Indexes that a former release declared and that
    would still refuse what this one allows are dropped after their successors are there. Returns the collections' names.
    """
    present = set(deps.db.list_collection_names())
    declared = declared_collections()
    for name, indexes in declared.items():
        if name not in present:
            mongo.undisturbed(partial(mongo.create_collection, deps.db, name))
        if indexes:
            mongo.undisturbed(partial(deps.db[name].create_indexes, indexes))
    for name, gone in retired_indexes().items():
        for index in gone:
            mongo.undisturbed(partial(mongo.drop_index, deps.db[name], index))
    deps.sealer.ensure_keys()
    return sorted(declared)


def require_indexes(deps: Deps) -> None:
    """Raise `IndexesMissing` unless every declared collection has its indexes; for `/readyz`."""
    missing = []
    for name, indexes in declared_collections().items():
        present = deps.db[name].index_information() if indexes else {}
        wanted = [index.document["name"] for index in indexes]
        missing += [f"{name}.{one}" for one in wanted if one not in present]
    if missing:
        raise IndexesMissing(", ".join(missing))


def declared_collections() -> dict[str, list[Any]]:
    """Collection -> its indexes, from `COLLECTIONS` of every `backend.<feature>.store`."""
    found: dict[str, list[Any]] = {}
    for store in _stores():
        found.update(store.COLLECTIONS)
    return found


def retired_indexes() -> dict[str, list[str]]:
    """Collection -> the names of its former indexes that must go, from `RETIRED` of the stores that have any."""
    found: dict[str, list[str]] = {}
    for store in _stores():
        found.update(getattr(store, "RETIRED", {}))
    return found


def _stores() -> Iterator[ModuleType]:
    for feature in pkgutil.iter_modules(backend.__path__):
        if feature.ispkg and find_spec(f"backend.{feature.name}.store"):
            yield import_module(f"backend.{feature.name}.store")


def build_deps(settings: Settings) -> Deps:
    """What the use cases of this process get; connects lazily, so it returns even while the database is away."""
    uri = settings.mongodb_uri or _running_database(settings)
    secrets = keys.load(settings)
    client = mongo.connect(uri)
    sealer = Sealer(client, settings.mongodb_database, secrets.master_key)
    texting = sms.build(settings)
    return Deps(
        settings=settings,
        client=client,
        db=handles.database(client, settings.mongodb_database),
        now=clock.utc_now,
        new_id=ids.new_id,
        new_code=ids.new_code,
        random=SystemRandom(),
        sealer=sealer,
        cursors=Cursors(sealer.derive("cursors")),
        audit_key=sealer.derive("audit"),
        tokens=TokenKeys(secrets.token_seeds),
        faces=SocketFaces(settings.face_address),
        printer=ProcessPrinter(),
        printouts=Kept(PRINTOUT_BYTES),
        sms=texting,
        carriers=carriers.build(settings, texting),
        scenes=scenes.build(settings),
        transaction=partial(mongo.transaction, client),
        forgetters=FORGETTERS,
    )


def _running_database(settings: Settings) -> str:
    """The embedded database of a `make run` over the same data directory; only a demonstration has one."""
    if settings.app_env != "production" and settings.database_note.is_file():
        return settings.database_note.read_text().strip()
    raise SettingsError(
        "MONGODB_URI: not set, and no `make run` is using this DATA_DIR; start it first, or set MONGODB_URI"
    )
