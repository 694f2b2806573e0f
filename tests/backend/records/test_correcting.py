"""A decided correction is checked like a row, and no file that is handed in again undoes it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.records import service, store
from backend.records.model import Correction, Record
from backend.registry.model import Subject
from schemas.text import Text
from tests.backend.catalogue.made import content, item
from tests.backend.records.conftest import counts, reasons, records_of, row, taken, the_record
from tests.support.people import COMMAND, NAME, NUMBER, acts, refused
from tests.support.refusals import at_once
from tests.support.world import START, Clock

WHY = Text("经异议处理更正", "Corrected after an objection")


@pytest.fixture
def record(deps: Deps, person: Subject, tmp_path: Path) -> Record:
    taken(deps, tmp_path, row())
    return the_record(deps)


def correct(deps: Deps, record: Record, **named: Any) -> Record:
    return service.correct(
        deps, COMMAND, record=record, correction=Correction(**named), reason=WHY, case_id="c1"
    )


class TestWhatChanges:
    def test_only_what_is_named_changes_and_windows_are_worked_out_anew(
        self, deps: Deps, record: Record, clock: Clock
    ) -> None:
        clock.advance(days=1)
        after = correct(deps, record, ended_on=date(2026, 5, 1), content={"fine_fen": 1, "settled": True})
        assert (after.title, after.doc_no, after.occurred_on) == (
            record.title,
            record.doc_no,
            record.occurred_on,
        )
        assert after.content == content(fine_fen=1) | {"settled": True}
        assert after.query_until == datetime(2031, 5, 1, 16, tzinfo=UTC)
        assert (after.key, after.superseded) == (record.key, (record.digest,))
        assert [(one.what, one.at, one.reason_zh) for one in after.changes] == [
            ("corrected", clock(), WHY.zh)
        ]
        assert after == service.opened(deps, the_record(deps))

    def test_an_act_that_has_not_ended_has_no_end_of_its_query_period(
        self, deps: Deps, record: Record
    ) -> None:
        catalogue.publish(deps, COMMAND, year=2026, items=[item(lasts=True)])
        after = correct(deps, record, not_ended=True)
        assert (after.ended_on, after.query_until) == (None, None)

    def test_another_day_of_the_document_moves_the_display_period(self, deps: Deps, record: Record) -> None:
        after = correct(deps, record, occurred_on=date(2026, 2, 12))
        assert after.public_until == datetime(2027, 2, 12, 16, tzinfo=UTC)

    def test_a_field_can_be_taken_out(self, deps: Deps, record: Record) -> None:
        assert "fine_fen" not in correct(deps, record, content={"fine_fen": None}).content

    def test_what_is_not_named_stays_whatever_the_database_makes_of_it(
        self, deps: Deps, person: Subject, tmp_path: Path
    ) -> None:
        held = content(fine_fen=10**15, hours=1.5, settled=False)
        taken(deps, tmp_path, row(content=held), name="large.jsonl")
        assert correct(deps, the_record(deps), title="更正后的标题").content == held

    def test_words_with_the_persons_name_are_sealed_and_those_without_lie_open_again(
        self, deps: Deps, record: Record
    ) -> None:
        after = correct(deps, record, title=f"对{NAME}的处罚")
        assert after.title == f"对{NAME}的处罚"
        assert NAME not in repr(deps.db["records"].find_one())
        correct(deps, the_record(deps), title="处罚")
        assert (the_record(deps).title, the_record(deps).text_sealed) == ("处罚", None)

    def test_the_log_names_the_fields_and_none_of_their_words(self, deps: Deps, record: Record) -> None:
        correct(deps, record, title="更正后的标题", content={"fine_fen": 1})
        (entry,) = acts(deps, "records.correct")
        assert entry["details"] == {"case_id": "c1", "fields": "title,content"}
        assert [one["what"] for one in deps.db["record_ripples"].find()] == ["corrected"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("named", "reason", "field"),
        [
            ({"title": " "}, "row.missing", "title"),
            ({"title": "题" * 301}, "records.too_long", "title"),
            ({"title": f"关于{NUMBER}的决定"}, "records.personal_number", "title"),
            ({"doc_no": "号" * 121}, "records.too_long", "doc_no"),
            ({"occurred_on": date(2026, 11, 22)}, "records.bad_date", "occurred_on"),
            ({"ended_on": date(2026, 3, 11)}, "records.ended_before", "ended_on"),
            ({"content": {"fine_fen": -1}}, "records.wrong_type", "fine_fen"),
            ({"content": {"violation": None}}, "records.missing_field", "violation"),
            ({"content": {"remark": "x"}}, "records.unknown_field", "remark"),
            ({"content": {"violation": "皈依佛门"}}, "records.forbidden", "violation"),
        ],
    )
    def test_what_an_import_would_refuse_is_refused_with_its_field_and_nothing_changes(
        self, deps: Deps, record: Record, named: dict[str, Any], reason: str, field: str
    ) -> None:
        error = refused(reason, correct, deps, record, **named)
        assert error.data == {"field": field}
        refused(reason, service.check_correction, deps, record=record, correction=Correction(**named))
        assert the_record(deps) == record

    def test_the_same_words_are_no_correction(self, deps: Deps, record: Record) -> None:
        same = {"title": record.title, "ended_on": record.ended_on, "content": {"fine_fen": 50_000}}
        refused("records.nothing_corrected", correct, deps, record, **same)

    def test_a_correction_of_what_was_corrected_meanwhile_is_refused(
        self, deps: Deps, record: Record
    ) -> None:
        correct(deps, record, title="一")
        refused("records.changed", correct, deps, record, title="二")
        assert the_record(deps).title == "一"

    def test_of_several_at_once_one_is_made(self, deps: Deps, record: Record) -> None:
        titles = iter(["一", "二", "三"])
        made = at_once(lambda: correct(deps, record, title=next(titles)), 3)
        assert sorted(isinstance(one, Record) for one in made) == [False, False, True]
        assert {one.reason for one in made if not isinstance(one, Record)} == {"records.changed"}
        assert len(the_record(deps).changes) == len(acts(deps, "records.correct")) == 1

    def test_an_erased_record_is_not_corrected(self, deps: Deps, record: Record) -> None:
        service.erase(deps, COMMAND, record=record)
        refused("records.changed", correct, deps, record, title="一")


class TestFilesHandedInAgain:
    def test_the_old_row_in_whatever_file_undoes_nothing(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path
    ) -> None:
        correct(deps, record, title="更正后的标题")
        correct(deps, the_record(deps), content={"fine_fen": 2})
        for name in ("a.jsonl", "b.jsonl"):
            clock.advance(days=1)
            rows = [row(), row(title="更正后的标题")] if name == "b.jsonl" else [row()]
            assert counts(taken(deps, tmp_path, *rows, name=name))[1] == 0
        assert (the_record(deps).title, the_record(deps).content["fine_fen"]) == ("更正后的标题", 2)

    def test_the_corrected_row_is_the_record_and_new_words_are_the_providers_correction(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path
    ) -> None:
        correct(deps, record, title="更正后的标题")
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(title="更正后的标题"), name="b.jsonl")) == (0, 0, 1, 0)
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(title="再次更正"), name="c.jsonl")) == (0, 1, 0, 0)
        assert the_record(deps).superseded == (record.digest,)

    def test_what_was_decided_outlives_the_providers_correction(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path
    ) -> None:
        service.plan_suspension(deps, COMMAND, record_id=record.id, at=clock())
        clock.advance(days=1)
        taken(deps, tmp_path, row(title="更正后的标题"), name="b.jsonl")
        assert (the_record(deps).title, the_record(deps).suspends_at) == ("更正后的标题", START)
        assert service.of_subject(deps, record.subject_id) == ()
        assert [one["what"] for one in deps.db["record_ripples"].find()] == ["corrected"]

    def test_a_correction_between_an_imports_look_and_its_write_holds(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        correct(deps, record, title="第一次更正")
        read, between = store.standing, iter([True])

        def stale(*args: Any) -> Any:
            found = read(*args)
            if next(between, False):
                (corrected,) = [one for one in records_of(deps) if one.id == record.id]
                correct(deps, corrected, title="第二次更正")
            return found

        monkeypatch.setattr(store, "standing", stale)
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(title="第一次更正"), name="b.jsonl")) == (0, 0, 1, 0)
        assert the_record(deps).title == "第二次更正"

    def test_an_imports_correction_is_settled_anew_when_another_was_faster(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It looked before the decided correction: its row's words are the very ones that were replaced."""
        read, faster = store.correct, iter([True])

        def late(*args: Any) -> bool:
            if next(faster, False):
                deps.db["records"].update_one(
                    {"_id": record.id},
                    {"$set": {"digest": b"new"}, "$push": {"superseded": args[2]["digest"]}},
                )
            return read(*args)

        monkeypatch.setattr(store, "correct", late)
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(title="新的标题"), name="b.jsonl")) == (0, 0, 1, 0)
        assert the_record(deps).title == record.title


class TestDocumentNumbers:
    def test_the_row_with_the_old_number_makes_no_second_record(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path
    ) -> None:
        after = correct(deps, record, doc_no="沪人社监罚〔2026〕第9号")
        assert (after.doc_no, after.key != record.key) == ("沪人社监罚〔2026〕第9号", True)
        clock.advance(days=1)
        again = taken(deps, tmp_path, row(), row(9), name="b.jsonl")
        assert counts(again) == (0, 0, 2, 0)
        clock.advance(days=1)
        other = taken(deps, tmp_path, row(title="另一内容"), name="c.jsonl")
        assert reasons(other) == {"records.renumbered": [1]}
        assert len(records_of(deps)) == 1

    def test_a_number_that_another_record_has_is_refused(
        self, deps: Deps, record: Record, tmp_path: Path
    ) -> None:
        taken(deps, tmp_path, row(9), name="b.jsonl")
        refused("records.doc_no_taken", correct, deps, record, doc_no="沪人社监罚〔2026〕第9号")
        assert {one.id for one in records_of(deps)} > {record.id}
        assert deps.db["records"].count_documents({"tombstone": {"$ne": None}}) == 0

    def test_a_wrong_correction_of_the_number_can_be_corrected_back(
        self, deps: Deps, record: Record, clock: Clock, tmp_path: Path
    ) -> None:
        correct(deps, record, doc_no="沪人社监罚〔2026〕第9号")
        correct(deps, the_record(deps), doc_no=record.doc_no)
        assert the_record(deps).key == record.key
        assert service.find_any(deps, record.id) is not None
        clock.advance(days=1)
        assert counts(taken(deps, tmp_path, row(), name="b.jsonl")) == (0, 0, 1, 0)


@pytest.mark.parametrize("day", ["2026-11-22", "2199-12-31"])
def test_a_correction_and_a_row_name_no_day_to_come_where_the_catalogue_lets_none_lie_ahead(
    deps: Deps, record: Record, tmp_path: Path, day: str
) -> None:
    error = refused("records.future_date", correct, deps, record, content={"decided_on": day})
    assert error.data["field"] == "decided_on"
    again = taken(deps, tmp_path, row(doc_no="另一号", content=content(decided_on=day)))
    assert reasons(again) == {"records.future_date": [1]}
    assert correct(deps, record, content={"decided_on": "2026-11-21"}).content["decided_on"] == "2026-11-21"
