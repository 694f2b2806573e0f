from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.catalogue import service as catalogue
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records import service
from backend.records.model import Change, Mark
from schemas.terms import Category, Nature, Openness, RecordMark
from schemas.text import Text
from tests.support.catalogue import publish
from tests.support.records import keep, make_record
from tests.support.world import START, Clock

HOUR = timedelta(hours=1)


def test_only_the_subjects_own_visible_records_are_read(deps: Deps) -> None:
    shown, *_ = keep(
        deps,
        make_record(),
        make_record(subject_id="s2"),
        make_record(hidden_at=START - HOUR),
        make_record(suspended_at=START - HOUR),
        make_record(query_until=START),
    )
    assert service.of_subject(deps, "s1") == (shown,)


def test_a_record_leaves_the_answer_by_the_clock_alone(deps: Deps, clock: Clock) -> None:
    keep(deps, make_record(query_until=START + HOUR))
    assert len(service.of_subject(deps, "s1")) == 1
    clock.advance(hours=1)
    assert service.of_subject(deps, "s1") == ()


def test_what_the_query_lets_through_is_judged_again(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(deps, make_record(hidden_at=START), make_record(query_until=START), make_record())
    monkeypatch.setattr(
        "backend.records.store.reading._open", lambda subject_id, _: {"subject_id": subject_id}
    )
    assert len(service.of_subject(deps, "s1")) == 1
    assert service.count(deps, "s1").total == 1


def test_a_record_is_found_by_its_own_subject_only(deps: Deps) -> None:
    (record,) = keep(deps, make_record())
    assert service.find_own(deps, "s1", record.id) == record
    assert service.find_own(deps, "s2", record.id) is None


def test_a_hidden_record_is_not_found(deps: Deps) -> None:
    (record,) = keep(deps, make_record(hidden_at=START))
    assert service.find_own(deps, "s1", record.id) is None


def test_records_are_counted_by_nature_category_and_openness(deps: Deps) -> None:
    keep(
        deps,
        make_record(),
        make_record(nature=Nature.OTHER, category=Category.PUBLIC_WELFARE, openness=Openness.PUBLIC),
        make_record(hidden_at=START),
    )
    counts = service.count(deps, "s1")
    assert counts.total == 2
    assert counts.by_nature == {Nature.BASIC: 0, Nature.ADVERSE: 1, Nature.OTHER: 1}
    assert counts.by_category[Category.PUBLIC_WELFARE] == 1
    assert len(counts.by_category) == len(Category)
    assert counts.by_openness == {Openness.PUBLIC: 1, Openness.RESTRICTED: 1}
    assert counts == service.counts(service.of_subject(deps, "s1"))


def test_a_record_read_back_is_the_one_that_was_kept(deps: Deps) -> None:
    record = make_record(
        marks=(Mark(RecordMark.CONTESTED, START, "c1", "不是我"),),
        changes=(Change(START, "severity", "更正", "Corrected"),),
        public_until=datetime(2026, 12, 31, 16, tzinfo=UTC),
    )
    keep(deps, record)
    assert service.of_subject(deps, "s1") == (record,)


def test_sealed_words_are_opened_when_shown_and_cannot_be_read_in_the_database(deps: Deps) -> None:
    words = service.sealed_words(
        deps, doc_no="1", title="王小明酒驾", content={"place": "王小明家门口", "amount_fen": 5}
    )
    keep(deps, make_record(title="", content={}, text_sealed=words))
    held = service.of_subject(deps, "s1")
    assert held[0].title == ""
    (shown,) = service.show(deps, held)
    assert shown.title == "王小明酒驾"
    assert {detail.name: detail.value for detail in shown.content} == {
        "place": "王小明家门口",
        "amount_fen": 5,
    }
    assert "王小明".encode() not in mongo_bytes(deps)


def mongo_bytes(deps: Deps) -> bytes:
    return repr(list(deps.db["records"].find({}))).encode()


def test_a_record_of_an_item_that_no_catalogue_names_is_shown_with_its_own_words(deps: Deps) -> None:
    (shown,) = service.show(deps, [make_record()])
    assert shown.item_title == Text("轨道交通逃票信息", "轨道交通逃票信息")
    assert shown.unit.name.zh == "NO-SUCH-UNIT"
    assert shown.legal_basis == ()
    assert [(d.name, d.value) for d in shown.content] == [("place", "人民广场站")]


def test_the_catalogue_gives_titles_labels_unit_and_legal_basis(deps: Deps, system_actor: Actor) -> None:
    publish(deps, system_actor)
    item = next(i for i in catalogue.items_by_code(deps, year=2026).values() if len(i.fields) > 1)
    first, last = item.fields[0].name, item.fields[-1].name
    record = make_record(
        item_code=item.code, unit_code=item.unit_code, content={"zzz": 1, last: "x", first: "y"}
    )
    (shown,) = service.show(deps, [record])
    assert shown.item_title == item.title
    assert shown.unit.name == catalogue.units_by_code(deps)[item.unit_code].name
    assert shown.legal_basis == item.basis
    assert [detail.name for detail in shown.content] == [first, last, "zzz"]
    assert shown.content[0].label == item.fields[0].label


def test_showing_keeps_the_order_and_reads_nothing_when_there_is_nothing(deps: Deps) -> None:
    records = [make_record(occurred_on=date(2025, month, 1)) for month in (3, 1, 2)]
    assert [shown.id for shown in service.show(deps, records)] == [record.id for record in records]
    with mongo.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1") as away:
        assert service.show(replace(deps, db=away["nowhere"]), []) == ()
