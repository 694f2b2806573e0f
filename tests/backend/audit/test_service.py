from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pymongo import MongoClient

from backend.audit import errors, service
from backend.audit.model import Entry
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.mongo import apart, atomic
from schemas.terms import Channel, Role
from schemas.text import Text
from tests.support.world import Clock

OWN = Text("本人查询", "Own look")
ALL = Text("全部信用记录", "All credit records")
CITIZEN = Actor("a1", Role.CITIZEN, Channel.API, subject_id="s1")


def look(deps: Deps, subject_id: str = "s1", **more: Any) -> Entry:
    return service.look(deps, CITIZEN, "reports.read", subject_id=subject_id, purpose=OWN, scope=ALL, **more)


def refuse_all_writes(deps: Deps) -> Callable[[], None]:
    """The server itself refuses every new line; returns what allows them again."""
    deps.db.command("collMod", "audit_log", validator={"never": {"$exists": True}}, validationLevel="strict")

    def allow() -> None:
        deps.db.command("collMod", "audit_log", validator={}, validationLevel="strict")

    return allow


def test_an_untouched_log_has_no_faults(deps: Deps) -> None:
    for subject in ("s1", "s1", "s2"):
        look(deps, subject)
    service.record(deps, CITIZEN, "identity.bind", "a1", subject_id="s1")
    service.record(deps, anonymous(Channel.API), "auth.code")
    assert list(service.verify_log(deps)) == []


def test_the_newest_look_counts_all_looks_and_acts_are_not_among_them(deps: Deps) -> None:
    look(deps)
    service.record(deps, CITIZEN, "identity.bind", "a1", subject_id="s1")
    look(deps)
    assert [entry.seq for entry in service.newest_looks(deps, "s1", limit=50)] == [2, 1]


def test_an_entry_read_back_equals_the_one_written(deps: Deps) -> None:
    written = look(deps, target_id="r1", report_no="SH1", records=13)
    assert service.newest_looks(deps, "s1", limit=1) == (written,)
    assert service.find_report(deps, "SH1") == written


def test_thirty_writers_on_one_subject_leave_no_gap_and_no_fork(deps: Deps) -> None:
    with ThreadPoolExecutor(30) as pool:
        written = list(pool.map(lambda _: look(deps), range(90)))
    assert sorted(entry.seq for entry in written) == list(range(1, 91))
    assert list(service.verify_log(deps)) == []


def test_writers_in_transactions_take_their_turn_too(deps: Deps) -> None:
    @atomic
    def act(deps: Deps) -> None:
        service.record(deps, CITIZEN, "identity.bind", subject_id="s1")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: act(deps), range(8)))
    assert deps.db["audit_log"].count_documents({"chain": "acts:s1"}) == 8
    assert list(service.verify_log(deps)) == []


def test_the_lines_of_a_transaction_are_one_command_and_one_chain(deps: Deps) -> None:
    service.record(deps, CITIZEN, "a.before", subject_id="s1")

    @atomic
    def act(deps: Deps) -> None:
        for number in range(3):
            service.record(deps, CITIZEN, f"a.{number}", subject_id="s1")
        look(deps)
        assert deps.db["audit_log"].count_documents({}) == 1

    act(deps)
    kept = deps.db["audit_log"].find({"chain": "acts:s1"}, sort=[("seq", 1)]).to_list()
    assert [entry["action"] for entry in kept] == ["a.before", "a.0", "a.1", "a.2"]
    assert deps.db["audit_log"].count_documents({"chain": "looks:s1"}) == 1
    assert list(service.verify_log(deps)) == []


def test_of_a_transaction_that_fails_no_line_stays_and_the_next_one_begins_afresh(deps: Deps) -> None:
    @atomic
    def act(deps: Deps, fails: bool) -> None:
        service.record(deps, CITIZEN, "a.b", subject_id="s1")
        if fails:
            raise LookupError

    with pytest.raises(LookupError):
        act(deps, fails=True)
    act(deps, fails=False)
    assert deps.db["audit_log"].count_documents({}) == 1
    assert list(service.verify_log(deps)) == []


def test_a_line_apart_from_a_running_transaction_is_written_at_once(deps: Deps) -> None:
    @atomic
    def act(deps: Deps) -> None:
        service.record(deps, CITIZEN, "a.inside", subject_id="s1")
        apart(lambda: service.record(deps, CITIZEN, "a.apart", subject_id="s2"))
        raise LookupError

    with pytest.raises(LookupError):
        act(deps)
    assert deps.db["audit_log"].distinct("action") == ["a.apart"]


def test_an_act_that_knows_the_last_one_goes_behind_it_and_a_stale_one_finds_its_place(deps: Deps) -> None:
    first = service.record(deps, CITIZEN, "a.b", subject_id="s1")
    behind = partial(service.record_behind, deps, CITIZEN, "a.b", "t1", subject_id="s1")
    assert behind(newest=[first]).prev == first.mac
    assert behind(newest=[]).seq == 3
    assert list(service.verify_log(deps)) == []


def test_a_look_that_knows_the_end_of_the_chain_goes_behind_it(deps: Deps) -> None:
    look(deps)
    newest = service.newest_looks(deps, "s1", limit=50)
    assert look(deps, newest=newest).prev == newest[0].mac


def test_a_line_that_waits_in_the_transaction_comes_before_what_was_read_of_the_database(deps: Deps) -> None:
    look(deps)
    with deps.transaction():
        read = service.newest_looks(deps, "s1", limit=1)
        made = [look(deps, newest=read) for _ in range(3)]
    assert [entry.seq for entry in made] == [2, 3, 4]
    assert list(service.verify_log(deps)) == []


def test_a_look_whose_knowledge_is_stale_still_finds_its_place(deps: Deps) -> None:
    look(deps)
    stale = service.newest_looks(deps, "s1", limit=50)
    look(deps)
    assert look(deps, newest=stale).seq == 3
    assert list(service.verify_log(deps)) == []


def test_many_anonymous_callers_do_not_queue_behind_one_another(deps: Deps) -> None:
    for _ in range(60):
        service.record(deps, anonymous(Channel.API), "auth.code")
    chains = Counter(entry["chain"] for entry in deps.db["audit_log"].find({}))
    assert len(chains) > 10
    assert list(service.verify_log(deps)) == []


@pytest.mark.parametrize(
    "change",
    [{"purpose.zh": "其他"}, {"at": None}, {"actor_name": "别人"}, {"details.records": 1}, {"look": False}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_named(deps: Deps, clock: Clock, change: dict[str, Any]) -> None:
    entry = look(deps, records=13)
    if "at" in change:
        change = {"at": clock.advance(days=1)}
    deps.db["audit_log"].update_one({"_id": entry.id}, {"$set": change})
    assert list(service.verify_log(deps)) == [f"entry {entry.id} was changed"]


def test_an_entry_taken_out_of_the_middle_is_missed(deps: Deps) -> None:
    entries = [look(deps) for _ in range(3)]
    deps.db["audit_log"].delete_one({"_id": entries[1].id})
    assert list(service.verify_log(deps)) == [f"entry {entries[2].id}: 1 entries before it are missing"]


def test_an_entry_moved_up_to_close_a_gap_is_found(deps: Deps) -> None:
    entries = [look(deps) for _ in range(3)]
    deps.db["audit_log"].delete_one({"_id": entries[1].id})
    deps.db["audit_log"].update_one({"_id": entries[2].id}, {"$set": {"seq": 2}})
    named = f"entry {entries[2].id}"
    assert list(service.verify_log(deps)) == [
        f"{named} was changed",
        f"{named} does not follow the entry before it",
    ]


def test_a_tail_cut_off_a_closed_period_is_missed(deps: Deps, clock: Clock) -> None:
    entries = [look(deps) for _ in range(3)]
    clock.advance(hours=1)
    assert service.seal_log(deps) is not None
    deps.db["audit_log"].delete_one({"_id": entries[-1].id})
    assert list(service.verify_log(deps)) == ["period 1 held 3 entries and holds 2"]


def test_a_whole_chain_that_vanished_from_a_closed_period_is_missed(deps: Deps, clock: Clock) -> None:
    look(deps, "s1")
    look(deps, "s2")
    clock.advance(hours=1)
    service.seal_log(deps)
    deps.db["audit_log"].delete_many({"chain": "looks:s2"})
    assert list(service.verify_log(deps)) == ["period 1 held 2 entries and holds 1"]


def test_a_seal_that_was_taken_away_or_changed_is_named(deps: Deps, clock: Clock) -> None:
    for _ in range(3):
        look(deps)
        clock.advance(hours=1)
        service.seal_log(deps)
    deps.db["audit_seals"].update_one({"_id": 3}, {"$set": {"entries": 7}})
    deps.db["audit_seals"].delete_one({"_id": 1})
    faults = list(service.verify_log(deps))
    assert "seal 3 was changed" in faults
    assert "seal 2 was changed" in faults


def test_closing_a_period_twice_changes_nothing(deps: Deps, clock: Clock) -> None:
    look(deps)
    clock.advance(hours=1)
    assert service.seal_log(deps) is not None
    assert service.seal_log(deps) is None
    assert list(service.verify_log(deps)) == []


def test_a_forged_entry_without_the_key_is_found(deps: Deps) -> None:
    forged = replace(deps, audit_key=b"another key")
    entry = service.look(forged, CITIZEN, "reports.read", subject_id="s1", purpose=OWN, scope=ALL)
    assert list(service.verify_log(deps)) == [f"entry {entry.id} was changed"]


def test_looks_come_in_pages_that_belong_to_their_subject(deps: Deps) -> None:
    entries = [look(deps) for _ in range(5)]
    first = service.looks(deps, "s1", limit=3)
    rest = service.looks(deps, "s1", limit=3, cursor=first.next_cursor)
    assert [*first.items, *rest.items] == entries[::-1]
    assert rest.next_cursor is None
    with pytest.raises(ServiceError):
        service.looks(deps, "s2", limit=3, cursor=first.next_cursor)


def test_only_looks_of_the_named_kind_and_time_are_counted(deps: Deps, clock: Clock) -> None:
    look(deps)
    since = clock.advance(days=1)
    look(deps)
    assert service.count_looks(deps, "s1", action="reports.read", since=since) == 1
    assert service.count_looks(deps, "s1", action="reports.other", since=since) == 0


def test_another_subjects_line_is_not_found(deps: Deps) -> None:
    entry = look(deps, "s1")
    assert service.find_look(deps, "s1", entry.id) == entry
    assert service.find_look(deps, "s2", entry.id) is None


def test_a_line_that_the_server_refuses_is_told_as_not_written(deps: Deps) -> None:
    allow = refuse_all_writes(deps)
    try:
        with pytest.raises(ServiceError) as refused:
            look(deps)
    finally:
        allow()
    assert refused.value.reason == errors.not_written().reason


def test_a_line_that_finds_no_server_is_told_as_not_written(deps: Deps) -> None:
    away: MongoClient[dict[str, Any]] = MongoClient("127.0.0.1", 1, serverSelectionTimeoutMS=50)
    with away, pytest.raises(ServiceError) as refused:
        look(replace(deps, db=away["nowhere"]))
    assert refused.value.reason == errors.not_written().reason


def test_an_act_that_the_server_refuses_is_told_as_not_written_too(deps: Deps) -> None:
    allow = refuse_all_writes(deps)
    try:
        with pytest.raises(ServiceError) as refused:
            service.record(deps, CITIZEN, "identity.bind_refused", "a1")
    finally:
        allow()
    assert (refused.value.kind, refused.value.reason) == (Kind.UNAVAILABLE, "audit.not_written")
    assert refused.value.text == errors.act_not_written().text


def test_an_act_whose_line_is_refused_within_a_transaction_leaves_nothing(deps: Deps) -> None:
    @atomic
    def act(deps: Deps) -> None:
        deps.db["notices"].insert_one({"_id": "half done"})
        service.record(deps, CITIZEN, "identity.bind", "a1", subject_id="s1")

    allow = refuse_all_writes(deps)
    try:
        with pytest.raises(ServiceError, match=r"audit\.not_written"):
            act(deps)
    finally:
        allow()
    assert deps.db["notices"].count_documents({}) == 0


def test_the_log_offers_no_way_to_change_or_remove_an_entry() -> None:
    verbs = {name for name in vars(service) if not name.startswith("_")}
    assert not {verb for verb in verbs if verb.startswith(("update", "delete", "remove", "erase", "change"))}
