"""What a fixture wrote once is put back byte for byte, and the database's keys are left where they are."""

from datetime import UTC, datetime

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.sealing import VAULT
from tests.support import world, written
from tests.support.world import Clock


def raw(deps: Deps) -> dict[str, list[bytes]]:
    return {name: [bytes(one.raw) for one in found] for name, found in written.everything(deps).items()}


def test_what_was_written_is_there_again_byte_for_byte(deps: Deps) -> None:
    deps.db["news"].insert_many(
        {"_id": f"n{place}", "at": datetime(2026, 11, 21, tzinfo=UTC)} for place in range(3)
    )
    deps.db["subjects"].insert_one({"_id": "s1", "name_sealed": deps.sealer.seal("subjects", "王小明")})
    kept, before = written.everything(deps), raw(deps)
    world.empty(deps)
    assert raw(deps) == {}
    written.put_back(deps, kept)
    assert raw(deps) == before
    assert [len(before[name]) for name in ("news", "subjects")] == [3, 1]
    assert deps.sealer.open(deps.db["subjects"].find_one({"_id": "s1"})["name_sealed"]) == "王小明"


def test_keys_are_no_part_of_it(deps: Deps) -> None:
    deps.sealer.seal("subjects", "王小明")
    assert deps.db[VAULT].count_documents({}) > 0
    assert VAULT not in written.everything(deps)


def test_a_function_writes_in_earnest_once_and_whenever_something_was_there_before(
    deps: Deps, clock: Clock, system_actor: Actor
) -> None:
    calls = []

    def write(on: Deps) -> str:
        calls.append(on)
        audit.record(on, system_actor, "test.written")
        return "said"

    def logged() -> int:
        return deps.db["audit_log"].count_documents({})

    assert [written.once(deps, write), len(calls), logged()] == ["said", 1, 1]
    assert [written.once(deps, write), len(calls), logged()] == ["said", 2, 2]
    world.empty(deps)
    assert [written.once(deps, write), len(calls), logged()] == ["said", 2, 1]
    world.empty(deps)
    clock.advance(hours=1)
    assert [written.once(deps, write), len(calls), logged()] == ["said", 3, 1]


def test_what_others_wrote_before_the_first_time_is_not_taken_for_its_own(deps: Deps) -> None:
    def write(on: Deps) -> None:
        on.db["records"].insert_one({"_id": 1})

    deps.db["subjects"].insert_one({"_id": "s1"})
    written.once(deps, write)
    for _ in range(2):
        world.empty(deps)
        written.once(deps, write)
        assert list(raw(deps)) == ["records"]


def test_again_puts_back_what_was_changed_added_and_deleted_and_leaves_the_rest(deps: Deps) -> None:
    def write(on: Deps) -> str:
        for name in ("left", "updated", "lost", "lost_in_one_go"):
            on.db[f"{name}_by_a_test"].insert_many({"_id": place, "n": place} for place in range(2))
        return "said"

    assert written.again(deps, write) == "said"
    before = raw(deps)
    for _ in range(2):
        deps.db["updated_by_a_test"].update_one({"_id": 1}, {"$set": {"n": 5}})
        deps.db["lost_by_a_test"].delete_one({"_id": 0})
        deps.db["added_by_a_test"].insert_one({"_id": 1})
        with deps.client.start_session() as session, session.start_transaction():
            deps.db["lost_in_one_go_by_a_test"].delete_one({"_id": 1}, session=session)
        assert raw(deps) != before
        since = world.log_time(deps)
        assert written.again(deps, write) == "said"
        assert raw(deps) == before
        assert "left_by_a_test" not in world.changed(deps, since)


def test_again_begins_anew_after_others(deps: Deps) -> None:
    def write(on: Deps) -> None:
        on.db["records"].insert_one({"_id": 1})

    def other(on: Deps) -> None:
        on.db["news"].insert_one({"_id": 1})

    for disturbed_by in (written.again, written.once):
        disturbed_by(deps, other)
        written.again(deps, write)
        assert list(raw(deps)) == ["records"]
        world.empty(deps)
        written.again(deps, write)
        assert list(raw(deps)) == ["records"]
    deps.db["places"].insert_one({"_id": 1})
    world.empty(deps)
    assert raw(deps) == {}
