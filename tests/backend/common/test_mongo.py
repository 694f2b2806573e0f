"""Transactions commit, abort, join and come again: each read back through another client."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    EncryptionError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WriteError,
)

from backend.common import mongo
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import Client, Document, Retry, apart, atomic, before_commit, in_transaction
from tests.support import faults

NAME = "notices"


@pytest.fixture
def other(mongodb_uri: str) -> Iterator[Client]:
    """Another client, which sees only what was committed."""
    with mongo.connect(mongodb_uri) as connected:
        yield connected


@pytest.fixture
def ours(deps: Deps, mongodb_uri: str) -> Iterator[Deps]:
    """A process of its own name, so that the server can fail for it alone."""
    client: Client = MongoClient(
        mongodb_uri, tz_aware=True, appname=deps.settings.mongodb_database, serverSelectionTimeoutMS=2_500
    )
    with client:
        transaction = partial(mongo.transaction, client)
        yield replace(deps, client=client, db=client[deps.db.name], transaction=transaction)


def insert(deps: Deps, ident: str, **fields: Any) -> None:
    deps.db[NAME].insert_one({"_id": ident, **fields})


def write_and_raise(deps: Deps, ident: str, fault: BaseException) -> None:
    with deps.transaction():
        insert(deps, ident)
        raise fault


def seen(other: Client, deps: Deps) -> set[str]:
    return apart(lambda: {found["_id"] for found in other[deps.db.name][NAME].find()})


def failing(deps: Deps, times: int, **how: Any) -> AbstractContextManager[None]:
    """Let the server fail a command of `ours` so many times."""
    return faults.failing(deps.client, deps.db.name, times, **{"failCommands": ["commitTransaction"], **how})


def test_a_transaction_shows_nothing_before_and_everything_after_its_end(deps: Deps, other: Client) -> None:
    with deps.transaction():
        insert(deps, "a")
        insert(deps, "b")
        assert in_transaction()
        assert seen(other, deps) == set()
        assert deps.db[NAME].count_documents({}) == 2
    assert not in_transaction()
    assert seen(other, deps) == {"a", "b"}


@pytest.mark.parametrize("fault", [ValueError("ours"), KeyboardInterrupt(), Retry("again")])
def test_any_exception_takes_everything_back(deps: Deps, other: Client, fault: BaseException) -> None:
    with pytest.raises(type(fault)):
        write_and_raise(deps, "a", fault)
    assert seen(other, deps) == set()
    assert not in_transaction()
    insert(deps, "after")
    assert seen(other, deps) == {"after"}


def test_a_transaction_inside_another_one_is_part_of_it(deps: Deps, other: Client) -> None:
    def outer() -> None:
        with deps.transaction():
            with deps.transaction():
                insert(deps, "inner")
            assert seen(other, deps) == set()
            raise ValueError("outer")

    with pytest.raises(ValueError, match="outer"):
        outer()
    assert seen(other, deps) == set()


def test_what_is_left_for_the_end_sees_all_that_the_use_cases_wrote(deps: Deps, other: Client) -> None:
    seen_last: list[int] = []

    def count() -> None:
        seen_last.append(deps.db[NAME].count_documents({}))

    def last() -> None:
        insert(deps, "c")
        before_commit(count)

    with deps.transaction():
        with deps.transaction():
            before_commit(last)
            insert(deps, "a")
        insert(deps, "b")
        assert seen_last == []
    assert (seen_last, seen(other, deps)) == ([3], {"a", "b", "c"})


def test_what_is_left_for_the_end_and_fails_takes_everything_back(deps: Deps, other: Client) -> None:
    @atomic
    def use_case(deps: Deps) -> None:
        before_commit(lambda: write_and_raise(deps, "b", LookupError()))
        insert(deps, "a")

    with pytest.raises(LookupError):
        use_case(deps)
    assert seen(other, deps) == set()


def test_what_is_left_for_the_end_of_a_transaction_that_failed_is_not_done(deps: Deps, other: Client) -> None:
    @atomic
    def use_case(deps: Deps) -> None:
        before_commit(lambda: insert(deps, "a"))
        raise LookupError

    with pytest.raises(LookupError):
        use_case(deps)
    with deps.transaction():
        insert(deps, "b")
    assert seen(other, deps) == {"b"}
    with pytest.raises(RuntimeError):
        before_commit(lambda: None)


def test_transactions_of_threads_are_apart(deps: Deps, other: Client) -> None:
    inside, finish = threading.Event(), threading.Event()

    def first() -> None:
        with deps.transaction():
            insert(deps, "slow")
            inside.set()
            assert finish.wait(60)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert inside.wait(60)
        assert not in_transaction()
        insert(deps, "quick")
        assert seen(other, deps) == {"quick"}
        finish.set()
        running.result(60)
    assert seen(other, deps) == {"slow", "quick"}


def test_what_is_written_apart_stays_when_the_rest_is_taken_back(deps: Deps, other: Client) -> None:
    def write() -> None:
        with deps.transaction():
            insert(deps, "inside")
            apart(partial(insert, deps, "apart"))
            assert seen(other, deps) == {"apart"}
            assert in_transaction()
            raise ValueError("back")

    with pytest.raises(ValueError, match="back"):
        write()
    assert seen(other, deps) == {"apart"}


def test_a_duplicate_key_ends_the_whole_transaction(deps: Deps, other: Client) -> None:
    insert(deps, "a")

    def go_on() -> None:
        with deps.transaction():
            insert(deps, "b")
            with pytest.raises(DuplicateKeyError):
                insert(deps, "a")

    with pytest.raises(OperationFailure):
        go_on()
    assert seen(other, deps) == {"a"}


def test_writers_of_one_document_all_get_their_turn(deps: Deps) -> None:
    insert(deps, "counter", count=0)

    @atomic
    def add(deps: Deps) -> None:
        found = deps.db[NAME].find_one({"_id": "counter"}) or {}
        deps.db[NAME].update_one({"_id": "counter"}, {"$set": {"count": found["count"] + 1}})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add(deps), range(12), timeout=60))
    assert (deps.db[NAME].find_one({"_id": "counter"}) or {})["count"] == 12


def test_a_use_case_that_meets_a_faster_writer_runs_again_from_its_start(deps: Deps, other: Client) -> None:
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> str:
        runs.append(len(runs))
        insert(deps, f"run-{len(runs)}")
        if len(runs) < 3:
            raise Retry("slower")
        return "done"

    assert run(deps) == "done"
    assert seen(other, deps) == {"run-3"}


class Machine:
    """Time that passes as each attempt takes it and as it is waited, and nothing else."""

    def __init__(self, attempt_s: float) -> None:
        self.attempt_s = attempt_s
        self.now_s = 1_000.0
        self.pauses: list[float] = []
        self.ended: list[float] = []
        """When each attempt was through."""

    def pause(self, rest_s: float) -> None:
        self.pauses.append(rest_s)
        self.now_s += rest_s

    def collide(self) -> None:
        """Until there is no further turn."""
        for _ in mongo.turns(lambda: self.now_s, self.pause):
            self.now_s += self.attempt_s
            self.ended.append(self.now_s - 1_000)


@pytest.mark.parametrize("attempt_s", [0.001, 0.05, 0.3, 0.49, 10])
def test_who_collides_has_all_attempts_and_on_a_quick_machine_all_the_time_too(attempt_s: float) -> None:
    machine = Machine(attempt_s)
    machine.collide()
    assert len(machine.ended) >= mongo.ATTEMPTS
    assert len(machine.pauses) == len(machine.ended) - 1, "nobody waits for a turn that does not come"
    further = machine.ended[mongo.ATTEMPTS :]
    assert all(ended - attempt_s <= mongo.PATIENCE_S for ended in further), "the last begins in time"
    assert machine.ended[-1] > mongo.PATIENCE_S - mongo.LONGEST_PAUSE_S, "nobody is sent away early"


def test_pauses_are_longer_from_time_to_time_and_never_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", max)
    machine = Machine(0.001)
    machine.collide()
    assert machine.pauses == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, *[0.64] * 3])


def test_more_collisions_than_that_in_a_short_time_are_no_reason_to_give_up(
    deps: Deps, other: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "PATIENCE_S", 60)
    monkeypatch.setattr(mongo, "LONGEST_PAUSE_S", 0.001)
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> None:
        runs.append(len(runs))
        insert(deps, f"run-{len(runs)}")
        if len(runs) < mongo.ATTEMPTS + 2:
            raise Retry("slower")

    run(deps)
    assert seen(other, deps) == {f"run-{mongo.ATTEMPTS + 2}"}


def test_after_too_many_collisions_the_caller_is_told_to_come_back(
    deps: Deps, other: Client, impatient: None
) -> None:
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> None:
        runs.append(1)
        insert(deps, "never")
        raise Retry("always")

    with pytest.raises(ServiceError, match=r"database\.busy") as caught:
        run(deps)
    assert (len(runs), caught.value.retry_after) == (mongo.ATTEMPTS, 1)
    assert seen(other, deps) == set()


def test_an_inner_use_case_leaves_running_again_to_the_outermost(deps: Deps, other: Client) -> None:
    outer_runs: list[int] = []

    @atomic
    def inner(deps: Deps) -> None:
        insert(deps, f"inner-{len(outer_runs)}")
        if len(outer_runs) == 1:
            raise Retry("slower")

    @atomic
    def outer(deps: Deps) -> None:
        outer_runs.append(1)
        insert(deps, f"outer-{len(outer_runs)}")
        inner(deps)

    outer(deps)
    assert seen(other, deps) == {"outer-2", "inner-2"}


def test_a_refusal_is_not_tried_again(deps: Deps) -> None:
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> None:
        runs.append(1)
        raise mongo.busy()

    with pytest.raises(ServiceError):
        run(deps)
    assert len(runs) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"closeConnection": True},
        {"errorCode": 6, "errorLabels": ["RetryableWriteError"]},
        {"writeConcernError": {"code": 64, "errmsg": "late", "errInfo": {"wtimeout": True}}},
    ],
    ids=["connection cut", "unreachable", "committed but not confirmed"],
)
def test_a_commit_whose_answer_is_lost_is_asked_for_again_and_happens_once(
    ours: Deps, other: Client, how: dict[str, Any]
) -> None:
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> None:
        runs.append(1)
        insert(deps, f"run-{len(runs)}")

    with failing(ours, 3, **how):
        run(ours)
    assert len(runs) == 1
    assert seen(other, ours) == {"run-1"}


def test_a_commit_that_stays_unanswered_is_the_databases_absence(ours: Deps) -> None:
    with failing(ours, 20, closeConnection=True), pytest.raises(AutoReconnect) as caught, ours.transaction():
        insert(ours, "lost")
    assert mongo.translate(caught.value).reason == "database.unavailable"


def test_a_commit_that_failed_for_a_passing_reason_runs_the_use_case_again(ours: Deps, other: Client) -> None:
    runs: list[int] = []

    @atomic
    def run(deps: Deps) -> None:
        runs.append(1)
        insert(deps, f"run-{len(runs)}")

    with failing(ours, 1, errorCode=251, errorLabels=["TransientTransactionError"]):
        run(ours)
    assert seen(other, ours) == {"run-2"}


def test_a_missing_server_is_told_within_seconds_and_as_unavailable() -> None:
    with mongo.connect("mongodb://127.0.0.1:9/?replicaSet=credit") as away:
        with pytest.raises(ServerSelectionTimeoutError) as caught:
            away["nowhere"]["nothing"].find_one()
        error = mongo.translate(caught.value)
        assert (error.reason, error.retry_after) == ("database.unavailable", 5)
        assert mongo.is_away(EncryptionError(caught.value))


PASSING = [91, 189, 11600, 11602, 10107]


@pytest.mark.parametrize("code", [91, 189, 11600])
def test_a_write_of_which_a_server_that_goes_is_unsure_is_the_databases_absence(
    deps: Deps, ours: Deps, code: int
) -> None:
    unsure = {"code": code, "errmsg": "going"}
    with (
        failing(deps, 4, failCommands=["update"], writeConcernError=unsure),
        pytest.raises(WriteConcernError) as caught,
    ):
        ours.db[NAME].update_one({"_id": "a"}, {"$set": {"n": 1}}, upsert=True)
    assert caught.value.code == code
    assert mongo.translate(caught.value).reason == "database.unavailable"


@pytest.mark.parametrize("code", [64, 91, 11600])
def test_many_of_which_a_server_that_goes_is_unsure_are_not_called_inserted(
    deps: Deps, ours: Deps, code: int
) -> None:
    insert(ours, "a")
    unsure = {"code": code, "errmsg": "going"}
    with (
        failing(deps, 4, failCommands=["insert"], writeConcernError=unsure),
        pytest.raises(BulkWriteError) as caught,
    ):
        mongo.insert_new(ours.db[NAME], [{"_id": "a"}, {"_id": "b"}])
    assert mongo.translate(caught.value).reason == "database.unavailable"
    assert mongo.insert_new(ours.db[NAME], [{"_id": "a"}, {"_id": "b"}]) == [0, 1]


def test_a_write_concern_that_can_never_hold_is_our_fault(deps: Deps, ours: Deps) -> None:
    never = {"code": 100, "errmsg": "not enough data-bearing nodes"}
    with (
        failing(deps, 4, failCommands=["update"], writeConcernError=never),
        pytest.raises(WriteConcernError) as caught,
    ):
        ours.db[NAME].update_one({"_id": "a"}, {"$set": {"n": 1}}, upsert=True)
    assert not mongo.is_away(caught.value)


@pytest.mark.parametrize("code", PASSING)
def test_a_write_that_a_server_broke_off_as_it_went_is_its_absence(code: int) -> None:
    assert mongo.is_away(WriteError("interrupted", code))
    assert mongo.is_away(BulkWriteError({"writeErrors": [{"code": 11000}, {"code": code}]}))
    assert not mongo.is_away(BulkWriteError({"writeErrors": [{"code": 121}, {"code": code}]}))
    assert not mongo.is_away(BulkWriteError({"writeErrors": [{"code": 11000}]}))


def test_our_own_faults_are_not_called_the_databases(deps: Deps) -> None:
    with pytest.raises(OperationFailure) as caught:
        deps.db.command("noSuchCommand")
    with pytest.raises(OperationFailure):
        mongo.translate(caught.value)


def test_a_collision_at_the_edge_is_busy() -> None:
    collision = OperationFailure("write conflict", 112, {"errorLabels": ["TransientTransactionError"]})
    assert mongo.translate(collision).reason == "database.busy"


def test_the_server_takes_writes(client: Client) -> None:
    mongo.require_writable(client)


def test_writes_outside_a_transaction_wait_for_the_journaled_majority(client: Client, deps: Deps) -> None:
    default = client.admin.command("getDefaultRWConcern")["defaultWriteConcern"]
    assert default["w"] == "majority"
    config = client.admin.command("replSetGetConfig")["config"]
    assert config["writeConcernMajorityJournalDefault"] is True


def test_instants_come_back_aware_and_in_utc(deps: Deps) -> None:
    insert(deps, "a", at=deps.now())
    found: Document = deps.db[NAME].find_one() or {}
    assert found["at"] == deps.now()
    assert found["at"].utcoffset().total_seconds() == 0
