"""A file from its arrival to its report: sealed while it waits, read once, gone afterwards."""

import csv
import io
from typing import Any

import pytest

from backend import sweeps
from backend.batches import rules, service, store
from backend.batches.model import ShownBatch
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.notices import service as notices
from schemas.notices import DeskNoticeKind
from schemas.terms import BatchState, CaseKind
from tests.backend.batches.conftest import PROVIDER, STEWARD, STRANGER, HandIn, lines, row
from tests.support.people import NAME, NUMBER, acts
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def processed(deps: Deps, worker: Actor, batch: ShownBatch) -> ShownBatch:
    assert service.process(deps, worker) == 1
    return service.find_of_unit(deps, PROVIDER, batch_id=batch.id)


def document(deps: Deps) -> dict[str, Any]:
    (found,) = deps.db["batches"].find()
    return found


def test_a_file_waits_sealed_and_is_gone_when_its_report_is_there(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    batch = hand_in(row(1), row(2))
    assert (batch.state, batch.progress, batch.report) == (BatchState.RECEIVED, 0.0, None)
    kept = str(list(town.db["batches"].find())) + str(list(town.db["batch_contents"].find()))
    for word in (NAME, NUMBER, "2026-11.jsonl", "用工登记"):
        assert word not in kept
        assert word.encode().hex() not in kept
    done = processed(town, system_actor, batch)
    assert (done.state, done.progress, done.name) == (BatchState.DONE, 1.0, "2026-11.jsonl")
    assert done.report is not None
    assert (done.report.rows, done.report.new, done.report.refused) == (2, 2, 0)
    assert (done.report.linked_share, done.finished_at) == (1.0, town.now())
    assert town.db["batch_contents"].count_documents({}) == 0
    found = document(town)
    assert (found["key_sealed"], found["open_key"], found["lease"]) == (None, None, None)
    assert town.db["records"].count_documents({}) == 2
    assert [entry["actor_name"] for entry in acts(town, "batches.hand_in")] == ["gao.ren"]
    assert [entry["details"]["accepted"] for entry in acts(town, "batches.finish")] == [2]
    assert service.process(town, system_actor) == 0
    (told,) = notices.desk_inbox(town, PROVIDER, limit=9).items
    assert (told.kind, told.case, told.case_id) == (DeskNoticeKind.BATCH_DONE, CaseKind.BATCH, batch.id)
    assert notices.desk_inbox(town, STRANGER, limit=9).items == ()


def test_rows_that_are_not_taken_are_told_with_line_and_reason_and_nothing_of_them(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    batch = hand_in(row(1), row(2, occurred_on="2026-13-01"), "not json", row(3, subject_name="张三"))
    done = processed(town, system_actor, batch)
    assert done.report is not None
    assert (done.report.rows, done.report.accepted, done.report.refused, done.refused_kept) == (4, 1, 3, 3)
    told = {one.reason: one.lines for one in done.report.refused_by_reason}
    assert told["records.bad_date"] == (2,)
    assert told["row.unreadable"] == (3,)
    file = service.refused_of_unit(town, PROVIDER, batch_id=batch.id)
    text = file.content.decode()
    assert text.startswith(rules.BYTE_ORDER_MARK)
    (_, *rows) = csv.reader(io.StringIO(text.removeprefix(rules.BYTE_ORDER_MARK)))
    assert [(int(line), reason) for line, reason, *_ in rows][:2] == [
        (2, "records.bad_date"),
        (3, "row.unreadable"),
    ]
    assert len(rows) == 3
    assert NUMBER not in text
    assert "张三" not in text
    assert NAME not in text
    assert acts(town, "batches.refused_rows")


def test_a_file_that_cannot_be_used_says_why_and_is_gone(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    batch = hand_in("item_code,subject_numbr\n1,2", name="a.csv")
    done = processed(town, system_actor, batch)
    assert done.state is BatchState.FAILED
    assert done.fault is not None
    assert done.fault.reason == "intake.wrong_columns"
    assert "subject_numbr" in done.fault.text.zh
    (told,) = notices.desk_inbox(town, PROVIDER, limit=9).items
    assert told.kind is DeskNoticeKind.BATCH_FAILED
    assert town.db["batch_contents"].count_documents({}) == 0


def test_a_file_without_its_header_leaves_nothing_of_people_in_the_open(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    done = processed(town, system_actor, hand_in(f"HRSS-P-09,{NUMBER},{NAME}", name="a.csv"))
    assert done.fault is not None
    assert NUMBER in done.fault.text.zh  # for the unit, which put it there
    processed(town, system_actor, hand_in({NUMBER: NAME} | row(1)))
    for name in ("batches", "batch_contents", "desk_notices", "audit_log", "job_turns"):
        kept = str(list(town.db[name].find()))
        assert NUMBER not in kept
        assert NAME not in kept


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"x", "intake.wrong_ending"),
        ("a", b"x", "intake.wrong_ending"),
        ("a.csv", b"", "intake.empty"),
        ("a.csv", bytes(rules.MOST_BYTES + 1), "batches.too_large"),
    ],
)
def test_what_is_no_file_to_hand_in_is_refused_at_once(
    town: Deps, name: str, content: bytes, reason: str
) -> None:
    refused(reason, service.hand_in, town, PROVIDER, name=name, content=content)
    assert town.db["batches"].count_documents({}) == 0


def test_the_same_file_waits_once_and_may_come_again_afterwards(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    first = hand_in(row(1))
    told = refused("batches.same_file", hand_in, row(1), name="again.jsonl")
    assert told.data == {"batch_id": first.id}
    processed(town, system_actor, first)
    again = processed(town, system_actor, hand_in(row(1)))
    assert again.report is not None
    assert (again.report.new, again.report.unchanged) == (0, 1)


def test_the_same_file_from_many_hands_at_once_waits_once(town: Deps) -> None:
    ended = at_once(lambda: service.hand_in(town, PROVIDER, name="a.jsonl", content=lines(row(1))).id, 4)
    assert len([one for one in ended if isinstance(one, str)]) == 1
    assert town.db["batch_contents"].count_documents({}) == 1


def test_another_unit_finds_nothing(town: Deps, hand_in: HandIn, system_actor: Actor) -> None:
    batch = hand_in(row(1), "x")
    processed(town, system_actor, batch)
    assert service.of_unit(town, STRANGER, limit=9).items == ()
    for reading in (service.find_of_unit, service.refused_of_unit):
        refused("batches.not_found", reading, town, STRANGER, batch_id=batch.id)
    assert [one.id for one in service.batches(town, STEWARD, limit=9).items] == [batch.id]
    assert service.batches(town, STEWARD, limit=9, unit="METRO").items == ()
    assert service.find(town, STEWARD, batch_id=batch.id).report is not None
    assert service.refused_rows(town, STEWARD, batch_id=batch.id).content
    refused("auth.not_allowed", service.batches, town, PROVIDER, limit=9)


def test_files_are_read_in_the_order_in_which_they_came(
    town: Deps, hand_in: HandIn, system_actor: Actor, clock: Clock
) -> None:
    first = hand_in(row(1))
    clock.advance(seconds=1)
    second = hand_in(row(2))
    service.process(town, system_actor)
    states = {one.id: one.state for one in service.of_unit(town, PROVIDER, limit=9).items}
    assert states == {first.id: BatchState.DONE, second.id: BatchState.RECEIVED}
    page = service.of_unit(town, PROVIDER, limit=1)
    assert page.items[0].id == second.id
    (older,) = service.of_unit(town, PROVIDER, limit=1, cursor=page.next_cursor).items
    assert older.id == first.id


def test_two_workers_at_once_read_a_file_once(town: Deps, hand_in: HandIn, system_actor: Actor) -> None:
    hand_in(row(1), row(2), row(3))
    assert sum(at_once(lambda: service.process(town, system_actor), 3)) == 1
    assert document(town)["attempts"] == 1


def test_a_claim_that_ran_out_is_taken_by_another_and_the_first_writes_nothing_more(
    town: Deps, hand_in: HandIn, clock: Clock
) -> None:
    batch = hand_in(row(1))
    first = store.claim(town.db, "l1", now=town.now(), until=town.now() + rules.LEASE)
    assert first is not None
    assert store.claim(town.db, "l2", now=town.now(), until=town.now() + rules.LEASE) is None
    clock.advance(seconds=61)
    second = store.claim(town.db, "l2", now=town.now(), until=town.now() + rules.LEASE)
    assert second is not None
    assert not store.keep_claim(town.db, first, read_bytes=1, until=town.now())
    assert not store.finish(town.db, first, {"state": "done"})
    assert store.segments_of(town.db, batch.id)
    assert store.finish(town.db, second, {"state": "done"})


def test_a_file_that_ends_its_reader_every_time_is_given_up(
    town: Deps, hand_in: HandIn, system_actor: Actor, clock: Clock
) -> None:
    batch = hand_in(row(1))
    for attempt in range(rules.ATTEMPTS):
        assert store.claim(town.db, f"l{attempt}", now=town.now(), until=town.now() + rules.LEASE)
        clock.advance(seconds=61)
    done = processed(town, system_actor, batch)
    assert done.state is BatchState.FAILED
    assert done.fault is not None
    assert done.fault.reason == "batches.gave_up"
    assert town.db["batch_contents"].count_documents({}) == 0


def test_a_stored_file_that_was_changed_is_not_taken_in(
    town: Deps, hand_in: HandIn, system_actor: Actor
) -> None:
    batch = hand_in(row(1))
    (found,) = town.db["batch_contents"].find()
    segment = bytearray(found["segments"][0])
    segment[3] ^= 1
    town.db["batch_contents"].update_one({"_id": batch.id}, {"$set": {"segments": [bytes(segment)]}})
    done = processed(town, system_actor, batch)
    assert done.fault is not None
    assert done.fault.reason == "batches.damaged"
    assert town.db["records"].count_documents({}) == 0


def test_the_worker_reads_batches_by_its_clock(town: Deps, hand_in: HandIn, system_actor: Actor) -> None:
    hand_in(row(1))
    (job,) = [job for job in sweeps.JOBS if job.name == "batches.process"]
    assert sweeps.run(town, system_actor, job).done == 1


def test_names_of_files_are_made_safe() -> None:
    assert rules.safe_name("C:\\a\\..\\报送\n表.CSV") == "报送_表.csv"
    assert len(rules.safe_name("长" * 500 + ".jsonl")) == rules.NAME_CHARACTERS
