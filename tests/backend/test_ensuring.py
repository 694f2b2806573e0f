"""Collections and indexes are made whatever the server breaks off meanwhile; each fault is the real server's (`failCommand`)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from backend import bootstrap
from backend.common import mongo
from backend.common.deps import Deps
from backend.common.mongo import ATTEMPTS, INTERRUPTED, NAMESPACE_EXISTS, Client
from backend.notices import store
from tests.support import faults

INDEXES = {index.document["name"] for index in store.COLLECTIONS["notices"]} | {"_id_"}


@pytest.fixture
def fresh(deps: Deps, mongodb_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deps]:
    """An empty database beside the other, of a process of its own name, with one feature's collections to make."""
    name = f"{deps.db.name}_fresh"
    monkeypatch.setattr(bootstrap, "declared_collections", lambda: {"notices": store.COLLECTIONS["notices"]})
    client: Client = MongoClient(mongodb_uri, tz_aware=True, appname=name)
    with client:
        client.drop_database(name)
        yield replace(deps, client=client, db=client[name])
        client.drop_database(name)


def failing(deps: Deps, command: str, code: int, times: int) -> AbstractContextManager[None]:
    return faults.failing(deps.client, deps.db.name, times, failCommands=[command], errorCode=code)


@pytest.mark.parametrize("command", ["create", "createIndexes"])
def test_what_the_server_breaks_off_is_asked_for_again(
    fresh: Deps, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a short time more often than a transaction tries at least."""
    monkeypatch.setattr(mongo, "LONGEST_PAUSE_S", 0.001)
    with failing(fresh, command, INTERRUPTED, ATTEMPTS + 2):
        assert bootstrap.ensure_indexes(fresh) == ["notices"]
    assert set(fresh.db["notices"].index_information()) == INDEXES


@pytest.mark.parametrize(
    ("code", "times"), [(INTERRUPTED, ATTEMPTS), (13, 1)], ids=["for ever", "not allowed"]
)
def test_what_does_not_pass_is_told(fresh: Deps, code: int, times: int, impatient: None) -> None:
    with failing(fresh, "create", code, times), pytest.raises(OperationFailure) as caught:
        bootstrap.ensure_indexes(fresh)
    assert caught.value.code == code


def test_a_collection_that_another_process_makes_at_this_moment_is_there(fresh: Deps) -> None:
    with failing(fresh, "create", NAMESPACE_EXISTS, 1):
        mongo.create_collection(fresh.db, "notices")
    mongo.create_collection(fresh.db, "notices")
    mongo.create_collection(fresh.db, "notices")
    assert fresh.db.list_collection_names() == ["notices"]
