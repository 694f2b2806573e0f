"""The database as stores use it, on the real server."""

import pytest
from pymongo import DESCENDING, MongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from backend.common import handles, mongo
from backend.common.deps import Deps
from backend.common.handles import Part, insert_durable, together
from backend.common.mongo import Document

NAME, OTHER, THIRD = "handled", "handled_too", "handled_as_well"


class Sent(CommandListener):
    """The commands that went to the server."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture
def three(deps: Deps) -> Deps:
    for name in (NAME, OTHER, THIRD):
        deps.db[name].delete_many({})
    deps.db[NAME].insert_many([{"_id": n, "of": n % 2} for n in range(6)])
    deps.db[OTHER].insert_one({"_id": "only"})
    deps.db[THIRD].insert_many([{"_id": f"{n:02}", "seq": n} for n in (3, 1, 4, 15, 9, 2, 6)])
    return deps


def test_a_stores_collection_is_made_once_and_the_durable_one_waits_for_the_majority(deps: Deps) -> None:
    db = handles.database(deps.client, deps.settings.mongodb_database)
    assert db[NAME] is db[NAME]
    assert handles.durable(db, NAME) is handles.durable(db, NAME)
    for database in (db, deps.db):
        assert handles.durable(database, NAME).write_concern == mongo.MAJORITY
        with deps.transaction():
            assert handles.durable(database, NAME).write_concern != mongo.MAJORITY


def test_three_reads_in_one_operation_find_what_they_find_apart(three: Deps) -> None:
    parts = (
        _part(NAME, {"of": 1}),
        _part(OTHER, {}),
        _part(THIRD, {"seq": {"$gt": 1}}, ("seq", DESCENDING), 4),
    )
    assert together(three.db, parts) == ([1, 3, 5], ["only"], ["15", "09", "06", "04"])


def test_a_part_without_a_find_is_empty_and_leaves_the_others_alone(three: Deps) -> None:
    parts = (_part(NAME, {"of": 7}), _part("never_made", {}), _part(THIRD, {"seq": 9}))
    assert together(three.db, parts) == ([], [], ["09"])


def test_one_operation_is_one_command_to_the_server(three: Deps) -> None:
    sent = Sent()
    uri, name = str(three.settings.mongodb_uri), three.settings.mongodb_database
    with MongoClient[Document](uri, event_listeners=[sent]) as client:
        together(client[name], (_part(NAME, {}), _part(OTHER, {}), _part(THIRD, {})))
    assert [name for name in sent.commands if name != "endSessions"] == ["aggregate"]


def test_in_a_transaction_a_durable_insert_takes_part_in_it(deps: Deps) -> None:
    with pytest.raises(ZeroDivisionError), deps.transaction():
        assert insert_durable(deps.db, NAME, {"_id": "rolled back"}) / 0
    assert deps.db[NAME].find_one({"_id": "rolled back"}) is None


def test_a_durable_insert_says_whether_an_index_turned_it_away(deps: Deps) -> None:
    deps.db[NAME].delete_many({})
    assert insert_durable(deps.db, NAME, {"_id": "a"}) is True
    assert insert_durable(deps.db, NAME, {"_id": "a"}) is False


def _part(
    name: str, wanted: Document, sort: tuple[str, int] | None = None, limit: int | None = None
) -> Part[object]:
    return Part(name, wanted, lambda document: document["_id"], sort, limit)
