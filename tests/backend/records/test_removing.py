"""Erased and withdrawn records are gone, and no import brings them back, not even one at the same moment."""

from functools import partial
from pathlib import Path

import pytest

from backend.common import mongo
from backend.common.deps import Deps
from backend.records import service
from backend.records.model import Correction, Record
from backend.registry.model import Subject
from schemas.text import Text
from tests.backend.records.conftest import counts, reasons, records_of, row, taken, the_record
from tests.support.commands import Sent, watched
from tests.support.people import COMMAND, acts, refused, together
from tests.support.refusals import at_once
from tests.support.world import START, Clock

DOC_NO = "沪人社监罚〔2026〕第1号"


@pytest.fixture
def record(deps: Deps, person: Subject, tmp_path: Path) -> Record:
    taken(deps, tmp_path, row())
    return the_record(deps)


def test_the_record_is_deleted_and_its_tombstone_has_no_word_of_it(deps: Deps, record: Record) -> None:
    proof = service.erase(deps, COMMAND, record=record, case_id="r1")
    (left,) = deps.db["records"].find({}, {"_id": 0})
    assert left == {
        "subject_id": record.subject_id,
        "key": record.key,
        "tombstone": "erased",
        "hidden_at": START,
        "record_id": record.id,
        "superseded": [],
    }
    (entry,) = acts(deps, "records.erase")
    assert (entry["_id"], entry["target_id"]) == (proof.id, record.id)
    assert entry["details"] == {"unit": "HRSS", "case_id": "r1"}
    assert [(one["what"], one["record_id"]) for one in deps.db["record_ripples"].find()] == [
        ("erased", record.id)
    ]


def test_no_query_meets_a_tombstone(deps: Deps, record: Record, person: Subject) -> None:
    service.erase(deps, COMMAND, record=record)
    (left,) = deps.db["records"].find()
    assert service.of_subject(deps, person.id) == ()
    assert service.count(deps, person.id).total == 0
    for record_id in (record.id, left["_id"]):
        assert service.find_any(deps, record_id) is None
        assert service.find_own(deps, person.id, record_id) is None
    about = {"unit_code": "HRSS", "item_code": "HRSS-P-09", "doc_no": DOC_NO}
    assert service.find_by_row(deps, subject=person, **about) is None
    tombstone = service.find_tombstone(deps, subject=person, **about)
    assert tombstone is not None
    assert tombstone.record_id == record.id


@pytest.mark.parametrize(("verb", "reason"), [("erase", "records.erased"), ("withdraw", "records.withdrawn")])
def test_the_same_file_and_a_new_one_bring_nothing_back(
    deps: Deps, record: Record, clock: Clock, tmp_path: Path, verb: str, reason: str
) -> None:
    getattr(service, verb)(deps, COMMAND, record=record)
    again = taken(deps, tmp_path, row())
    assert (counts(again), reasons(again)) == ((0, 0, 0, 1), {reason: [1]})
    clock.advance(days=1)
    other = taken(deps, tmp_path, row(2), row(title="另一标题"), name="b.jsonl")
    assert (counts(other), reasons(other)) == ((1, 0, 0, 1), {reason: [2]})
    assert record.id not in {one.id for one in records_of(deps)}


SPELLINGS = [
    "沪人社监罚[2026]第1号",
    "沪人社监罚（2026）第１号",
    " 沪人社监罚 〔2026〕第 1 号",
    "沪人社\u200b监罚〔2026〕第1号",
]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_another_spelling_of_its_number_is_neither_another_record_nor_a_way_back(
    deps: Deps, record: Record, tmp_path: Path, spelled: str
) -> None:
    assert counts(taken(deps, tmp_path, row(doc_no=spelled), name="b.jsonl")) == (0, 0, 1, 0)
    service.erase(deps, COMMAND, record=the_record(deps))
    again = taken(deps, tmp_path, row(doc_no=spelled), name="c.jsonl")
    assert (counts(again), reasons(again)) == ((0, 0, 0, 1), {"records.erased": [1]})


def test_the_numbers_that_a_record_had_before_stay_closed_too(
    deps: Deps, record: Record, clock: Clock, tmp_path: Path
) -> None:
    service.correct(
        deps,
        COMMAND,
        record=record,
        correction=Correction(doc_no="沪人社监罚〔2026〕第9号"),
        reason=Text("更正", "x"),
    )
    service.erase(deps, COMMAND, record=the_record(deps))
    clock.advance(days=1)
    again = taken(deps, tmp_path, row(), row(9), name="b.jsonl")
    assert reasons(again) == {"records.erased": [1, 2]}
    assert [one["superseded"] for one in deps.db["records"].find()] == [[], []]


def test_a_record_is_erased_once(deps: Deps, record: Record) -> None:
    made = at_once(lambda: service.erase(deps, COMMAND, record=record), 3)
    assert sorted(getattr(one, "reason", "") for one in made) == ["", "records.changed", "records.changed"]
    assert len(acts(deps, "records.erase")) == deps.db["records"].count_documents({}) == 1


def test_a_transaction_asks_once_for_a_record_that_is_there_and_misses_what_it_deleted_itself(
    deps: Deps, record: Record
) -> None:
    def erase(own: Deps, sent: Sent) -> None:
        assert service.existing(own, [record.id, "another"]) == {record.id}
        sent.about.clear()
        assert service.existing(own, [record.id]) == {record.id}
        assert sent.about == []
        service.erase(own, COMMAND, record=record)
        assert service.existing(own, [record.id]) == set()

    def fail(own: Deps, sent: Sent) -> None:
        with mongo.transaction(own.client):
            erase(own, sent)
            raise ZeroDivisionError

    with watched(deps) as (own, sent):
        with pytest.raises(ZeroDivisionError):
            fail(own, sent)
        with mongo.transaction(own.client):
            erase(own, sent)
        with mongo.transaction(own.client):
            assert service.existing(own, [record.id]) == set()
    assert service.existing(deps, [record.id]) == set()


def test_an_import_at_the_same_moment_brings_nothing_back(
    deps: Deps, record: Record, clock: Clock, tmp_path: Path
) -> None:
    for place in range(4):
        clock.advance(days=1)
        (held,) = [one for one in records_of(deps) if one.doc_no == row(place + 1)["doc_no"]]
        rows = [row(other) for other in range(place + 3)]
        ended = together(
            [
                partial(service.erase, deps, COMMAND, record=held),
                partial(taken, deps, tmp_path, *rows, name=f"{place}.jsonl"),
            ]
        )
        assert ended[1].rows == ended[1].accepted + ended[1].refused
        assert deps.db["records"].count_documents({"key": held.key}) == 1
        assert deps.db["records"].count_documents({"key": held.key, "tombstone": "erased"}) == 1
    refused("records.changed", service.erase, deps, COMMAND, record=record)
