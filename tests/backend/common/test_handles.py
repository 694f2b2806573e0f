"""The database as stores use it, on the real server."""

from contextlib import nullcontext

import pytest
from pymongo import DESCENDING, MongoClient

from backend.common import handles, mongo
from backend.common.deps import Deps
from backend.common.handles import Part, TooLarge, beside, insert_durable, joined
from backend.common.mongo import Document
from tests.support import faults
from tests.support.commands import Sent

NAME, OTHER, THIRD = "handled", "handled_too", "handled_as_well"
FIRST = Part(NAME, "_id", lambda document: document["_id"])


@pytest.fixture
def three(deps: Deps) -> Deps:
    for name in (NAME, OTHER, THIRD):
        deps.db[name].delete_many({})
    deps.db[NAME].insert_many([{"_id": "first", "of": "a"}, {"_id": "unbound", "of": None}, {"_id": "bare"}])
    deps.db[OTHER].insert_many([{"_id": n, "of": "ab"[n % 2], "n": n} for n in range(6)])
    deps.db[OTHER].insert_many([{"_id": 100 + n, "of": None, "n": n} for n in range(3)])
    deps.db[THIRD].insert_many([{"_id": f"{n:02}", "of": "seq:a", "seq": n} for n in (3, 1, 4, 15, 9, 2, 6)])
    return deps


def test_a_stores_collection_is_made_once_and_the_durable_one_waits_for_the_majority(deps: Deps) -> None:
    db = handles.database(deps.client, deps.settings.mongodb_database)
    assert db[NAME] is db[NAME]
    assert handles.durable(db, NAME) is handles.durable(db, NAME)
    for database in (db, deps.db):
        assert handles.durable(database, NAME).write_concern == mongo.MAJORITY
        with deps.transaction():
            assert handles.durable(database, NAME).write_concern != mongo.MAJORITY


def test_what_is_joined_is_what_is_found_apart(three: Deps) -> None:
    parts = (
        _part(OTHER),
        _part(OTHER, wanted={"n": {"$gt": 0}}),
        _part(THIRD, prefix="seq:", sort=("seq", DESCENDING), limit=4),
    )
    first = Part(NAME, "_id", lambda document: document["of"])
    found = joined(three.db, first, "first", "of", parts)
    assert found == ("a", ([0, 2, 4], [2, 4], ["15", "09", "06", "04"]))
    assert found == handles._apart(three.db, first, "first", "of", parts)


def test_a_part_without_a_find_is_empty_and_leaves_the_others_alone(three: Deps) -> None:
    parts = (
        _part(OTHER, wanted={"n": 7}),
        _part("never_made"),
        _part(THIRD, prefix="seq:", wanted={"seq": 9}),
    )
    assert joined(three.db, FIRST, "first", "of", parts) == ("first", ([], [], ["09"]))


@pytest.mark.parametrize("name", ["unbound", "bare"])
def test_a_document_that_names_nobody_finds_nobody_not_those_without_a_key(three: Deps, name: str) -> None:
    parts = (_part(OTHER), _part(THIRD, prefix="seq:"))
    assert joined(three.db, FIRST, name, "of", parts) == (name, ([], []))
    assert handles._apart(three.db, FIRST, name, "of", parts) == (name, ([], []))


def test_without_the_first_document_no_part_is_read(three: Deps) -> None:
    first = Part(NAME, "_id", lambda document: document["_id"], {"of": "b"})
    assert joined(three.db, first, "first", "of", (_part(OTHER),)) is None
    assert handles._apart(three.db, first, "first", "of", (_part(OTHER),)) is None


def test_one_operation_is_one_command_to_the_server(three: Deps) -> None:
    sent = Sent()
    uri, name = str(three.settings.mongodb_uri), three.settings.mongodb_database
    with MongoClient[Document](uri, event_listeners=[sent]) as client:
        joined(client[name], FIRST, "first", "of", (_part(OTHER), _part(THIRD, prefix="seq:")))
    assert sent.commands == ["aggregate"]


def test_a_connection_that_breaks_under_a_joined_read_costs_one_more_try(three: Deps) -> None:
    uri, name = str(three.settings.mongodb_uri), three.settings.mongodb_database
    sent, how = Sent(), {"failCommands": ["aggregate"], "closeConnection": True}
    with (
        MongoClient[Document](uri, appname=name, event_listeners=[sent]) as client,
        faults.failing(three.client, name, 1, **how),
    ):
        found = joined(client[name], FIRST, "first", "of", (_part(OTHER),))
    assert found == ("first", ([0, 2, 4],))
    assert sent.commands == ["aggregate", "aggregate"]


def test_in_a_transaction_reads_are_joined_as_well(three: Deps) -> None:
    with three.transaction():
        three.db[OTHER].insert_one({"_id": 8, "of": "a", "n": 8})
        assert joined(three.db, FIRST, "first", "of", (_part(OTHER),)) == ("first", ([0, 2, 4, 8],))


@pytest.mark.parametrize(
    "documents", [20, 120], ids=["more than a document holds", "more than a look-up holds"]
)
def test_what_is_too_much_for_one_document_is_read_one_after_the_other(three: Deps, documents: int) -> None:
    big = [{"_id": 1000 + n, "of": "a", "n": n, "text": "x" * 1_000_000} for n in range(documents)]
    three.db[OTHER].insert_many(big)
    found = joined(three.db, FIRST, "first", "of", (_part(OTHER), _part(THIRD, prefix="seq:", limit=1)))
    three.db[OTHER].delete_many({"_id": {"$gte": 1000}})
    assert found is not None
    assert len(found[1][0]) == 3 + documents
    assert len(found[1][1]) == 1


@pytest.mark.parametrize("inside", [False, True])
def test_what_stands_beside_a_document_is_read_by_a_value_that_it_need_not_have(
    three: Deps, inside: bool
) -> None:
    parts = (
        _part(OTHER, wanted={"n": {"$gt": 1}}),
        _part(THIRD, prefix="seq:", sort=("seq", DESCENDING), limit=2),
    )
    with three.transaction() if inside else nullcontext():
        assert beside(three.db, FIRST, "bare", "a", parts) == ("bare", ([2, 4], ["15", "09"]))
        assert beside(three.db, FIRST, "bare", "$of", parts) == ("bare", ([], []))
        assert beside(three.db, FIRST, "never", "a", parts) is None


def test_what_is_too_much_beside_a_document_is_told(three: Deps) -> None:
    three.db[OTHER].insert_many([{"_id": 1000 + n, "of": "a", "text": "x" * 1_000_000} for n in range(20)])
    with pytest.raises(TooLarge), three.transaction():
        beside(three.db, FIRST, "first", "a", (_part(OTHER),))
    three.db[OTHER].delete_many({"_id": {"$gte": 1000}})


def test_another_fault_of_a_joined_read_is_raised(three: Deps) -> None:
    with pytest.raises(mongo.OperationFailure):
        joined(three.db, FIRST, "first", "of", (_part(OTHER, wanted={"$never": 1}),))


def test_in_a_transaction_a_durable_insert_takes_part_in_it(deps: Deps) -> None:
    with pytest.raises(ZeroDivisionError), deps.transaction():
        assert insert_durable(deps.db, NAME, {"_id": "rolled back"}) / 0
    assert deps.db[NAME].find_one({"_id": "rolled back"}) is None


def test_a_durable_insert_says_whether_an_index_turned_it_away(deps: Deps) -> None:
    deps.db[NAME].delete_many({})
    assert insert_durable(deps.db, NAME, {"_id": "a"}) is True
    assert insert_durable(deps.db, NAME, {"_id": "a"}) is False


def _part(
    name: str,
    *,
    wanted: Document | None = None,
    sort: tuple[str, int] | None = None,
    limit: int = 0,
    prefix: str = "",
) -> Part[object]:
    return Part(name, "of", lambda document: document["_id"], wanted or {}, sort, limit, prefix)
