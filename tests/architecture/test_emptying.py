"""A test begins with an empty database, whoever wrote what before it and by whichever way."""

from collections.abc import Callable
from typing import Any

import pytest
from bson import Timestamp
from pymongo import InsertOne, MongoClient

from backend.common.deps import Deps
from backend.common.mongo import Document
from backend.common.sealing import VAULT
from tests.support import world

Writing = Callable[[Deps], object]


def in_a_transaction(deps: Deps) -> None:
    with deps.client.start_session() as session, session.start_transaction():
        for name in ("records", "subjects"):
            deps.db[name].insert_one({"_id": 1, "number_mac": b"1"}, session=session)


def in_a_transaction_that_deletes_as_well(deps: Deps) -> None:
    deps.db["subjects"].insert_one({"_id": 1, "number_mac": b"1"})
    with deps.client.start_session() as session, session.start_transaction():
        deps.db["subjects"].delete_one({"_id": 1}, session=session)
        deps.db["records"].insert_one({"_id": 1}, session=session)


def in_a_transaction_that_begins_elsewhere(deps: Deps) -> None:
    other = deps.client[f"{deps.db.name}_beside"]["records"]
    try:
        with deps.client.start_session() as session, session.start_transaction():
            other.insert_one({"_id": 1}, session=session)
            deps.db["records"].insert_one({"_id": 1}, session=session)
            other.insert_one({"_id": 2}, session=session)
    finally:
        deps.client.drop_database(other.database)


def in_a_transaction_of_several_entries(deps: Deps) -> None:
    with deps.client.start_session() as session, session.start_transaction():
        deps.db["records"].insert_one({"_id": 1}, session=session)
        for place in range(3):  # 16 MB is the most that one entry holds
            filled = {"_id": place, "filling": bytes(7_000_000)}
            deps.db["settings_of_a_test"].insert_one(filled, session=session)
        deps.db["news"].insert_one({"_id": 1}, session=session)


def and_taken_away_and_written_again(deps: Deps) -> None:
    deps.db["settings_of_a_test"].insert_many([{"_id": 1}, {"_id": 2}])
    deps.db["settings_of_a_test"].delete_many({})
    deps.db["settings_of_a_test"].insert_one({"_id": 3})


def by_another_client(deps: Deps) -> None:
    with MongoClient[Document](str(deps.settings.mongodb_uri)) as other:
        other[deps.db.name]["records"].bulk_write([InsertOne({"_id": 1})])


def by_upsert(deps: Deps) -> None:
    deps.db["settings_of_a_test"].update_one({"_id": 1}, {"$set": {"a": 1}}, upsert=True)


def after_a_drop(deps: Deps) -> None:
    deps.db["settings_of_a_test"].insert_one({"_id": 1})
    deps.db["settings_of_a_test"].drop()
    deps.db["settings_of_a_test"].insert_one({"_id": 2})


def by_a_pipeline(deps: Deps) -> None:
    deps.db["records"].insert_one({"_id": 1})
    deps.db["records"].aggregate([{"$merge": {"into": "records_elsewhere"}}])


def by_another_name(deps: Deps) -> None:
    deps.db["records"].insert_one({"_id": 1})
    deps.db["records"].aggregate([{"$out": "records_elsewhere"}])
    deps.db["records_elsewhere"].rename("records_far_away")


def left(deps: Deps) -> dict[str, int]:
    counted = {name: deps.db[name].count_documents({}) for name in deps.db.list_collection_names()}
    return {name: count for name, count in counted.items() if count and name != VAULT}


@pytest.mark.parametrize(
    "write",
    [
        in_a_transaction,
        in_a_transaction_that_deletes_as_well,
        in_a_transaction_that_begins_elsewhere,
        in_a_transaction_of_several_entries,
        and_taken_away_and_written_again,
        by_another_client,
        by_upsert,
        after_a_drop,
        by_a_pipeline,
        by_another_name,
    ],
)
def test_nothing_is_left_of_what_was_written(deps: Deps, write: Writing) -> None:
    assert left(deps) == {}
    write(deps)
    assert left(deps)
    world.empty(deps)
    assert left(deps) == {}


def test_what_was_emptied_is_not_emptied_again(deps: Deps) -> None:
    name = (deps.client.address, deps.db.name)
    for collection in ("records", "settings_of_a_test"):
        deps.db[collection].insert_one({"_id": 1})
    assert "records" in written_since(deps, name)
    world.empty(deps)
    assert "records" not in written_since(deps, name)


def test_what_others_write_meanwhile_is_no_concern(deps: Deps) -> None:
    name = (deps.client.address, deps.db.name)
    others = [deps.client[other] for other in (f"{deps.db.name}x", f"{deps.db.name}-", f"a_{deps.db.name}")]
    try:
        world.empty(deps)
        for other in others:
            other["records"].insert_one({"_id": 1})
            with deps.client.start_session() as session, session.start_transaction():
                other["records"].insert_one({"_id": 2}, session=session)
        assert written_since(deps, name) == set()
        assert world.changed(deps, world.log_time(deps)) == set(), (
            "the log reaches back to what another wrote"
        )
        deps.db["records"].insert_one({"_id": 1})
        others[0]["news"].insert_one({"_id": 1})
        assert written_since(deps, name) == {"records"}
    finally:
        for other in others:
            deps.client.drop_database(other)


def written_since(deps: Deps, name: tuple[Any, str]) -> set[str]:
    found = world._written(deps, world._EMPTIED[name])
    assert found is not None
    return found[0]


def test_where_the_log_does_not_reach_back_everything_is_emptied(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    deps.db["records"].insert_one({"_id": 1})
    long_ago = Timestamp(1, 1)
    name = (deps.client.address, deps.db.name)
    monkeypatch.setattr(world, "_EMPTIED", {name: long_ago})
    world.empty(deps)
    assert left(deps) == {}
    assert world._EMPTIED[name] > long_ago


def test_the_keys_stay(deps: Deps) -> None:
    keys = deps.db[VAULT].count_documents({})
    assert keys
    world.empty(deps)
    assert deps.db[VAULT].count_documents({}) == keys
