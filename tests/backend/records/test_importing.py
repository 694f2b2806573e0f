import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalogue import service as catalogue
from backend.common import periods
from backend.common.actor import anonymous
from backend.common.deps import Deps
from backend.common.documents import from_document, to_document
from backend.intake.quality import Quality
from backend.records import service
from backend.records.model import Record
from backend.records.service import importing
from backend.registry import service as registry
from backend.registry.model import Particulars, Subject
from schemas.terms import Channel, Nature, RecordMark, SubjectKind
from schemas.text import Text
from tests.backend.catalogue.made import UNIT, content, item
from tests.support import nursery
from tests.support.people import COMMAND, NAME, NUMBER, acts, number_of, resident
from tests.support.processes import ROOT
from tests.support.refusals import at_once, refused
from tests.support.waiting import settled
from tests.support.world import Clock

COLUMNS = (
    "item_code", "subject_number", "subject_name", "doc_no", "title", "occurred_on", "ended_on", "content",
)  # fmt: skip
CODE = "91110000600037341L"
COMPANY = "某某有限公司"
ENTITY_ITEM = item(id="2026.1.HRSS-E-01", code="HRSS-E-01", subject_kind=SubjectKind.ENTITY)


SMALL_CHUNK = 250


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of some thousand rows are read in several chunks, as those of some ten thousand are."""
    monkeypatch.setattr(importing, "CHUNK", SMALL_CHUNK)


@pytest.fixture
def deps(deps: Deps) -> Deps:
    """With one unit, an item about persons and one about entities, and a person and an entity on file."""
    catalogue.publish(deps, COMMAND, year=2026, items=[item(), ENTITY_ITEM], units=[UNIT])
    resident(deps)
    resident(deps, number=CODE, name=COMPANY, kind=SubjectKind.ENTITY)
    return deps


def row(place: int = 1, /, **changes: Any) -> dict[str, Any]:
    made = {
        "item_code": "HRSS-P-09",
        "subject_number": NUMBER,
        "subject_name": NAME,
        "doc_no": f"沪人社监罚〔2026〕第{place}号",
        "title": "未按规定办理用工登记",
        "occurred_on": "2026-03-12",
        "ended_on": "2026-04-01",
        "content": content(),
    }
    return made | changes


def lines(path: Path, *rows: Mapping[str, Any] | str) -> Path:
    written = (one if isinstance(one, str) else json.dumps(one) for one in rows)
    path.write_text("".join(f"{one}\n" for one in written))
    return path


def take(deps: Deps, path: Path) -> Quality:
    return service.import_records(deps, COMMAND, path=path, unit="HRSS")


def taken(deps: Deps, folder: Path, *rows: Mapping[str, Any] | str, name: str = "a.jsonl") -> Quality:
    return take(deps, lines(folder / name, *rows))


def counts(quality: Quality) -> tuple[int, int, int, int]:
    return quality.new, quality.changed, quality.unchanged, quality.refused


def reasons(quality: Quality) -> dict[str, list[int]]:
    return {name: told["lines"] for name, told in quality.told()["refused_by_reason"].items()}


def the_record(deps: Deps) -> Record:
    (document,) = deps.db["records"].find()
    return service.opened(deps, from_document(Record, document))


def state(deps: Deps) -> set[tuple[Any, ...]]:
    """What is stored, but for what two runs may not share: ids, instants, sealed bytes."""
    found = [from_document(Record, document) for document in deps.db["records"].find()]
    return {
        (
            one.subject_id,
            one.key,
            one.digest,
            one.doc_no,
            one.source.batch_id,
            one.source.line,
            str(one.content),
        )
        for one in (service.opened(deps, record) for record in found)
    }


class TestRows:
    def test_a_row_becomes_a_record_of_its_subject_with_the_items_facts_and_both_windows(
        self, deps: Deps, tmp_path: Path
    ) -> None:
        quality = taken(deps, tmp_path, row())
        assert counts(quality) == (1, 0, 0, 0)
        record = the_record(deps)
        subject = registry.find_by_number(deps, NUMBER)
        assert subject is not None
        assert (record.subject_id, record.nature, record.unit_code) == (subject.id, Nature.ADVERSE, "HRSS")
        assert (record.occurred_on, record.ended_on) == (date(2026, 3, 12), date(2026, 4, 1))
        assert record.public_until == periods.public_until(date(2026, 3, 12), months=12)
        assert record.query_until == datetime(2031, 4, 1, 16, tzinfo=UTC)
        assert (record.source.unit_code, record.source.line) == ("HRSS", 1)
        assert record.content == content()

    def test_the_document_is_what_the_record_would_be_written_as(self, deps: Deps, tmp_path: Path) -> None:
        taken(deps, tmp_path, row())
        (document,) = deps.db["records"].find()
        assert to_document(from_document(Record, document)) == document

    def test_csv_says_the_same_as_json_lines(self, deps: Deps, tmp_path: Path) -> None:
        taken(deps, tmp_path, row())
        path = tmp_path / "a.csv"
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerow(row() | {"content": json.dumps(content(), ensure_ascii=False)})
        assert counts(take(deps, path)) == (0, 0, 1, 0)

    def test_entities_are_linked_by_their_code(self, deps: Deps, tmp_path: Path) -> None:
        about = {"item_code": "HRSS-E-01", "subject_number": CODE.lower(), "subject_name": COMPANY}
        assert counts(taken(deps, tmp_path, row(**about))) == (1, 0, 0, 0)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"item_code": "METRO-P-01"}, "records.unknown_item"),
            ({"item_code": ["HRSS-P-09"]}, "records.unknown_item"),
            ({"subject_number": "310199196108040110"}, "records.check_digit"),
            ({"subject_number": number_of("19610804", "999")}, "records.no_subject"),
            ({"subject_number": CODE}, "records.letters"),
            ({"subject_name": "欧阳龙"}, "records.name_mismatch"),
            ({"subject_name": "\ud800"}, "row.unprintable"),
            ({"subject_name": "王\x00"}, "row.unprintable"),
            ({"doc_no": ""}, "row.missing"),
            ({"doc_no": "  "}, "row.missing"),
            ({"doc_no": "号" * 121}, "records.too_long"),
            ({"doc_no": 7}, "row.missing"),
            ({"title": "题" * 301}, "records.too_long"),
            ({"title": "\ud800"}, "records.wrong_type"),
            ({"title": "确诊乙肝"}, "records.forbidden"),
            ({"title": f"关于{NUMBER}的决定"}, "records.personal_number"),
            ({"doc_no": f"{NUMBER}-1"}, "records.personal_number"),
            ({"occurred_on": "2026-11-22"}, "records.bad_date"),
            ({"occurred_on": "1899-12-31"}, "records.bad_date"),
            ({"occurred_on": "2026-02-29"}, "records.bad_date"),
            ({"occurred_on": "20260312"}, "records.bad_date"),
            ({"occurred_on": 20260312}, "records.bad_date"),
            ({"ended_on": "2026-03-11"}, "records.ended_before"),
            ({"ended_on": "9999-12-31"}, "records.ended_before"),
            ({"content": "{"}, "records.bad_content"),
            ({"content": [1]}, "records.bad_content"),
            ({"content": "[" * 10_000}, "records.bad_content"),
            ({"content": {}}, "records.missing_field"),
            ({"content": content(fine_fen=1.5)}, "records.wrong_type"),
            ({"content": content(fine_fen=2**70)}, "records.wrong_type"),
            ({"content": content(hours=float("nan"))}, "records.wrong_type"),
            ({"content": content(violation="\ud800")}, "records.wrong_type"),
            ({"content": content(violation="皈依佛门")}, "records.forbidden"),
            ({"content": content(xuexing="A型")}, "records.forbidden"),
            ({"content": content(remark="x")}, "records.unknown_field"),
            ({"blood_type": "A"}, "row.unknown_column"),
        ],
    )
    def test_a_bad_row_is_refused_with_its_line_and_the_others_are_kept(
        self, deps: Deps, tmp_path: Path, changes: dict[str, Any], reason: str
    ) -> None:
        quality = taken(deps, tmp_path, row(1), row(2) | changes, row(3))
        assert reasons(quality) == {reason: [2]}
        assert counts(quality) == (2, 0, 0, 1)

    @pytest.mark.parametrize(
        "value", ["\ud800", "\x00", -1, 2**80, 1.5, True, None, [], ["a"], {}, {"a": {}}]
    )
    @pytest.mark.parametrize("column", COLUMNS)
    def test_no_value_of_a_json_line_breaks_the_import(
        self, deps: Deps, tmp_path: Path, column: str, value: Any
    ) -> None:
        quality = taken(deps, tmp_path, row(1) | {column: value}, row(2))
        assert quality.rows == quality.accepted + quality.refused == 2
        assert quality.new >= 1

    def test_names_are_compared_as_people_write_them(self, deps: Deps, tmp_path: Path) -> None:
        number = number_of("19700101", "001")
        resident(deps, number=number, name="阿卜杜拉·买买提")
        about = {"subject_number": number, "subject_name": "阿卜杜拉• 买买提"}
        assert counts(taken(deps, tmp_path, row(**about))) == (1, 0, 0, 0)

    def test_the_share_that_was_linked_counts_every_row(self, deps: Deps, tmp_path: Path) -> None:
        quality = taken(deps, tmp_path, row(1), row(2, subject_name="别人"), row(3), "{", row(4))
        assert quality.told()["linked_share"] == 0.6

    def test_only_those_who_may_import_do_and_only_for_a_unit_that_is_there(
        self, deps: Deps, tmp_path: Path
    ) -> None:
        path = lines(tmp_path / "a.jsonl", row())
        refused("auth.required", service.import_records, deps, anonymous(Channel.API), path=path, unit="HRSS")
        refused("intake.no_unit", service.import_records, deps, COMMAND, path=path, unit="NOBODY")

    def test_another_units_item_is_not_this_units_to_hand_in(self, deps: Deps, tmp_path: Path) -> None:
        other = catalogue.of_year(deps, 2026).units["HRSS"]
        metro = type(other)("METRO", "地铁", "Metro", other.kind)
        of_metro = item(id="2026.2.METRO-P-01", code="METRO-P-01", unit_code="METRO")
        catalogue.publish(deps, COMMAND, year=2026, items=[item(), of_metro], units=[UNIT, metro])
        assert reasons(taken(deps, tmp_path, row(item_code="METRO-P-01"))) == {"records.unknown_item": [1]}


class TestWords:
    @pytest.mark.parametrize(
        "changes",
        [
            {"title": f"对{NAME}的处罚"},
            {"content": content(violation=f"{NAME}未办理登记")},
            {"doc_no": f"{NAME}罚字1号"},
            {"title": "对欧阳 䶮的处罚"},
        ],
    )
    def test_words_that_carry_the_own_name_are_sealed(
        self, deps: Deps, tmp_path: Path, changes: dict[str, Any]
    ) -> None:
        taken(deps, tmp_path, row(**changes))
        (document,) = deps.db["records"].find()
        assert "䶮" not in repr(document)
        record = the_record(deps)
        wanted = row(**changes)
        assert (record.doc_no, record.title, record.content) == (
            wanted["doc_no"],
            wanted["title"],
            wanted["content"],
        )

    def test_a_name_with_a_dot_is_seen_however_the_dot_is_written(self, deps: Deps, tmp_path: Path) -> None:
        number = number_of("19700101", "001")
        resident(deps, number=number, name="阿卜杜拉·买买提")
        about = {
            "subject_number": number,
            "subject_name": "阿卜杜拉·买买提",
            "title": "对阿卜杜拉•买买提的处罚",
        }
        taken(deps, tmp_path, row(**about))
        assert "买买提" not in repr(deps.db["records"].find_one())

    def test_other_words_stay_readable_for_the_database(self, deps: Deps, tmp_path: Path) -> None:
        taken(deps, tmp_path, row())
        (document,) = deps.db["records"].find()
        assert document["text_sealed"] is None
        assert document["title"] == "未按规定办理用工登记"


class TestAgain:
    def test_the_same_file_twice_changes_nothing(self, deps: Deps, tmp_path: Path, clock: Clock) -> None:
        path = lines(
            tmp_path / "a.jsonl", *(row(place) for place in range(9)), row(9, title=f"{NAME}案"), "{"
        )
        take(deps, path)
        before = list(deps.db["records"].find(sort=[("_id", 1)]))
        clock.advance(days=1)
        assert counts(take(deps, path)) == (0, 0, 10, 1)
        assert list(deps.db["records"].find(sort=[("_id", 1)])) == before

    def test_the_same_rows_in_another_file_change_nothing(self, deps: Deps, tmp_path: Path) -> None:
        taken(deps, tmp_path, row(1), row(2))
        quality = taken(deps, tmp_path, row(2), row(3), row(1), name="b.jsonl")
        assert counts(quality) == (1, 0, 2, 0)

    def test_a_corrected_row_changes_the_record_and_says_so(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        taken(deps, tmp_path, row())
        before = the_record(deps)
        service.mark(
            deps,
            COMMAND,
            record_id=before.id,
            subject_id=before.subject_id,
            kind=RecordMark.CONTESTED,
            case_id="case",
            reason=Text("异议", "objection"),
        )
        clock.advance(days=1)
        corrected = row(title="更正后的标题", ended_on="2026-05-01", content=content(fine_fen=1))
        assert counts(taken(deps, tmp_path, corrected, name="b.jsonl")) == (0, 1, 0, 0)
        after = the_record(deps)
        assert (after.id, after.title, after.content["fine_fen"]) == (before.id, "更正后的标题", 1)
        assert after.query_until == datetime(2031, 5, 1, 16, tzinfo=UTC)
        assert (after.changes[-1].what, after.changes[-1].at) == ("corrected_by_provider", clock())
        assert [one.kind for one in after.marks] == [RecordMark.CONTESTED]
        (entry,) = acts(deps, "records.correct")
        assert entry["subject_id"] == before.subject_id
        assert "更正" not in repr(entry)

    def test_a_correction_that_brings_the_name_in_seals_the_words(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        taken(deps, tmp_path, row())
        clock.advance(days=1)
        taken(deps, tmp_path, row(title=f"对{NAME}的处罚"), name="b.jsonl")
        assert NAME not in repr(deps.db["records"].find_one())
        assert the_record(deps).title == f"对{NAME}的处罚"

    def test_handing_an_old_file_in_again_does_not_undo_a_correction(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        old = lines(tmp_path / "a.jsonl", row())
        take(deps, old)
        clock.advance(days=1)
        taken(deps, tmp_path, row(title="更正后的标题"), name="b.jsonl")
        clock.advance(days=1)
        assert counts(take(deps, old)) == (0, 0, 1, 0)
        assert the_record(deps).title == "更正后的标题"

    @pytest.mark.usefixtures("small_chunks")
    @pytest.mark.parametrize("between", [0, SMALL_CHUNK + 20])
    @pytest.mark.parametrize("stored", [None, "未按规定办理用工登记", "第三种标题", "另一标题"])
    def test_of_two_contradicting_rows_of_a_file_the_first_holds_in_every_run(
        self, deps: Deps, tmp_path: Path, clock: Clock, between: int, stored: str | None
    ) -> None:
        """Whether no older file had the document, or one with the first row's words, the second's, or others."""
        if stored:
            taken(deps, tmp_path, row(0, title=stored), name="older.jsonl")
            clock.advance(days=1)
        rows = [row(0), *(row(place) for place in range(1, between + 1)), row(0), row(0, title="另一标题")]
        path = lines(tmp_path / "a.jsonl", *rows)
        same, changed = stored == row()["title"], stored not in (None, row()["title"])
        expected = [(between + (stored is None), int(changed), 1 + same, 1), *[(0, 0, between + 2, 1)] * 2]
        for each in expected:
            quality = take(deps, path)
            assert counts(quality) == each
            assert reasons(quality) == {"records.repeated": [between + 3]}
            assert titles(deps)[row(0)["doc_no"]] == row()["title"]
            clock.advance(days=1)

    @pytest.mark.usefixtures("small_chunks")
    def test_the_first_holds_after_a_kill_between_the_two(
        self, deps: Deps, tmp_path: Path, clock: Clock
    ) -> None:
        taken(deps, tmp_path, row(0), name="older.jsonl")
        rows = [row(0), *(row(place) for place in range(1, 2 * SMALL_CHUNK)), row(0, title="另一标题")]
        path = lines(tmp_path / "a.jsonl", *rows)
        _kill_when(_child(deps, path, waits_after=1), lambda: _written(deps) >= SMALL_CHUNK)
        assert settled(lambda: _written(deps)) == SMALL_CHUNK
        clock.advance(days=1)
        quality = take(deps, path)
        assert counts(quality) == (SMALL_CHUNK, 0, SMALL_CHUNK, 1)
        assert reasons(quality) == {"records.repeated": [2 * SMALL_CHUNK + 1]}
        assert titles(deps)[row(0)["doc_no"]] == row()["title"]

    def test_the_same_document_about_two_people_is_two_records(self, deps: Deps, tmp_path: Path) -> None:
        number = number_of("19700101", "001")
        resident(deps, number=number, name="王伟")
        about = {"subject_number": number, "subject_name": "王伟"}
        assert counts(taken(deps, tmp_path, row(), row(**about))) == (2, 0, 0, 0)

    def test_the_import_is_written_down_with_counts_and_no_words(self, deps: Deps, tmp_path: Path) -> None:
        taken(deps, tmp_path, row(1), row(2, subject_name="别人"))
        (entry,) = acts(deps, "records.import")
        assert entry["details"] == {
            "unit": "HRSS", "rows": 2, "new": 1, "changed": 0, "unchanged": 0, "refused": 1, "linked": 1,
        }  # fmt: skip
        assert entry["subject_id"] is None
        assert NUMBER not in repr(entry)

    @pytest.mark.usefixtures("small_chunks")
    def test_two_imports_of_one_file_at_once_make_each_record_once(self, deps: Deps, tmp_path: Path) -> None:
        path = lines(tmp_path / "a.jsonl", *(row(place) for place in range(2_000)))
        made = at_once(lambda: take(deps, path), 2)
        assert sum(quality.new for quality in made) == 2_000
        assert [quality.accepted for quality in made] == [2_000, 2_000]
        assert deps.db["records"].count_documents({}) == 2_000


class TestLongFiles:
    """A file so long that its rows are checked in another process."""

    ROWS = 14_000

    def long(self, folder: Path, people: list[Subject], rows: int = ROWS) -> Path:
        with (folder / f"{rows}.jsonl").open("w") as file:
            for place in range(rows):
                about = row(place)
                if people:
                    about |= person(place * 7919 % len(people))
                if place % 1_000 == 5:
                    about["subject_name"] = "别人"
                if place % 1_000 == 6:
                    about["title"] = f"对{about['subject_name']}的处罚"
                file.write(json.dumps(about) + "\n" if place % 1_000 != 7 else "{\n")
        return folder / f"{rows}.jsonl"

    def test_the_lines_and_counts_are_those_of_the_file(self, deps: Deps, tmp_path: Path) -> None:
        quality = take(deps, self.long(tmp_path, people(deps, 50)))
        assert counts(quality) == (13_972, 0, 0, 28)
        assert reasons(quality) == {
            "records.name_mismatch": [place + 1 for place in range(5, self.ROWS, 1_000)],
            "row.unreadable": [place + 1 for place in range(7, self.ROWS, 1_000)],
        }
        assert deps.db["records"].count_documents({}) == 13_972
        assert deps.db["records"].count_documents({"text_sealed": {"$ne": None}}) == 14

    @pytest.mark.usefixtures("small_chunks")
    @pytest.mark.parametrize("after", [1, 9 * SMALL_CHUNK // 4])
    def test_a_run_that_is_killed_may_be_run_again_and_leaves_nothing_running(
        self, deps: Deps, tmp_path: Path, after: int
    ) -> None:
        path = self.long(tmp_path, people(deps, 50), 7 * SMALL_CHUNK)
        # In the midst of a chunk, as a rule; whoever looks too late finds it waiting before the end.
        child = _child(deps, path, waits_after=2 if after == 1 else 4)
        _kill_when(child, lambda: _written(deps) >= after)
        assert _ended(child.pid), "the checking process outlived the import"
        cut_off = settled(lambda: _written(deps))
        assert after <= cut_off < 1_746
        assert cut_off == deps.db["records"].count_documents({})
        quality = take(deps, path)
        assert counts(quality) == (1_746 - cut_off, 0, cut_off, 4)
        resumed = state(deps)
        deps.db["records"].delete_many({})
        take(deps, path)
        assert state(deps) == resumed

    @pytest.mark.slow
    def test_memory_does_not_grow_with_the_file(self, deps: Deps, tmp_path: Path) -> None:
        """After two files of sixteen chunks one of eighty: twice, since a process's second import still takes what stays its own.
        The most is asked of the system's record of this program; `getrusage` also knows of whoever started it."""
        subjects = people(deps, 50)
        paths = [self.long(tmp_path, subjects, rows) for rows in (4_000, 4_001, 20_000)]
        child = _child(deps, *paths, start=subprocess.Popen, stdout=subprocess.PIPE)
        told, _ = child.communicate(timeout=110)
        _, short, long = map(int, told.split())
        assert long - short < 2 * 1024, told

    @pytest.mark.parametrize(("rows", "waits_after"), [(40 * SMALL_CHUNK, None), (7 * SMALL_CHUNK, 3)])
    def test_a_run_that_is_told_to_stop_ends_with_its_processes(
        self, deps: Deps, tmp_path: Path, rows: int, waits_after: int | None
    ) -> None:
        """While it checks, and while the checking process waits for more."""
        path = self.long(tmp_path, people(deps, 50), rows)
        child = _child(deps, path, waits_after=waits_after, stderr=subprocess.PIPE)
        _wait(child, lambda: _written(deps) >= 9 * SMALL_CHUNK // 4)
        if waits_after:
            settled(lambda: _written(deps))
        os.killpg(child.pid, signal.SIGINT)
        _, said = child.communicate(timeout=60)
        assert said.decode().splitlines()[-1].startswith("KeyboardInterrupt")
        assert b"Process ForkProcess" not in said
        assert _ended(child.pid)


GOOD = st.integers(0, 30).map(lambda place: (True, row(place)))
BAD = st.sampled_from(
    [
        "{",
        "[]",
        row(1, subject_number="1"),
        row(2, subject_name="别人"),
        row(3, occurred_on="2027-01-01"),
        row(4, content=content(disease="无")),
        row(5, content={"decided_on": "2026-03-12"}),
        row(6, item_code="X"),
        {"item_code": "HRSS-P-09"},
    ]
).map(lambda bad: (False, bad))


@given(rows=st.lists(st.one_of(GOOD, BAD), max_size=25))
@settings(settings.get_profile("over fixtures"), max_examples=25)
def test_any_mix_of_rows_keeps_the_good_and_refuses_the_bad(
    deps: Deps, tmp_path: Path, rows: list[tuple[bool, Any]]
) -> None:
    deps.db["records"].delete_many({})
    deps.db["record_batches"].delete_many({})
    if not rows:
        return
    quality = taken(deps, tmp_path, *(one for _, one in rows))
    good = {one["doc_no"] for fine, one in rows if fine}
    assert quality.new == len(good)
    assert quality.refused == sum(not fine for fine, _ in rows)
    assert quality.rows == quality.accepted + quality.refused == len(rows)
    assert {document["doc_no"] for document in deps.db["records"].find()} == good


VERSIONED = st.tuples(st.integers(0, 4), st.sampled_from("甲乙丙"))
"""Which document, and what it says."""


@given(older=st.lists(VERSIONED, max_size=6), newer=st.lists(VERSIONED, min_size=1, max_size=12))
@settings(settings.get_profile("over fixtures"), max_examples=25)
def test_whatever_two_files_say_the_first_row_of_the_newer_holds_and_the_older_undoes_nothing(
    deps: Deps, tmp_path: Path, clock: Clock, older: list[tuple[int, str]], newer: list[tuple[int, str]]
) -> None:
    deps.db["records"].delete_many({})
    deps.db["record_batches"].delete_many({})
    first, second = (
        lines(tmp_path / name, *(row(place, title=title) for place, title in said))
        for name, said in (("older.jsonl", [*older, (8, "甲")]), ("newer.jsonl", [*newer, (9, "甲")]))
    )
    held: dict[int, str] = {}
    for path, said in ((first, older), (second, newer)):
        spoken: dict[int, str] = {}
        for place, title in said:
            spoken.setdefault(place, title)
        held |= spoken
        contradicted = [line for line, (place, title) in enumerate(said, 1) if spoken[place] != title]
        for _ in range(2):
            quality = take(deps, path)
            assert reasons(quality) == ({"records.repeated": contradicted} if contradicted else {})
            clock.advance(days=1)
    take(deps, first)
    held |= {8: "甲", 9: "甲"}
    assert titles(deps) == {row(place)["doc_no"]: title for place, title in held.items()}


def titles(deps: Deps) -> dict[str, str]:
    """What is stored, by document number."""
    return {document["doc_no"]: document["title"] for document in deps.db["records"].find()}


def person(place: int) -> dict[str, str]:
    return {
        "subject_number": number_of("19700101", f"{place:03}"),
        "subject_name": f"王{chr(0x4E00 + place)}",
    }


def people(deps: Deps, count: int) -> list[Subject]:
    made = []
    for place in range(count):
        about = person(place)
        given_ = Particulars(
            SubjectKind.PERSON, about["subject_name"], about["subject_number"], None, None, "b", place
        )
        subject = registry.register(deps, given_)
        assert subject is not None
        made.append(subject)
    return made


def _child(
    deps: Deps,
    *paths: Path,
    start: Callable[..., subprocess.Popen[bytes]] = nursery.Popen,
    waits_after: int | None = None,
    **streams: int,
) -> subprocess.Popen[bytes]:
    """The same import in a process of its own, in small chunks. It prints after each file the most memory it used in KiB;
    when `waits_after` chunks are written, it goes on only when it is told to stop."""
    script = paths[0].with_suffix(".py")
    script.write_text(f"""
import signal
from itertools import count
from pathlib import Path
from threading import Event
told = Event()
# A run in the background of a script is born deaf to Ctrl-C; this one shall hear it wherever the tests run.
def hear(*signal_and_frame):
    told.set()
    signal.default_int_handler(*signal_and_frame)
signal.signal(signal.SIGINT, hear)
from backend.common import mongo
from backend.common.sealing import Sealer
from backend.records import service
from backend.records.service import importing
from tests.support import world
from tests.support.people import COMMAND
written, write = count(1), importing.write
def write_and_wait(*chunk):
    done = write(*chunk)
    if next(written) == {waits_after}:
        told.wait()
    return done
if __name__ == "__main__":
    importing.CHUNK, importing.write = {SMALL_CHUNK}, write_and_wait
    client = mongo.connect({deps.settings.mongodb_uri!r})
    name = {deps.settings.mongodb_database!r}
    settings = world.make_settings({deps.settings.mongodb_uri!r}, name, Path({str(script.parent)!r}))
    deps = world.make_deps(client, settings, world.Clock(), Sealer(client, name, world.MASTER_KEY))
    for path in {list(map(str, paths))!r}:
        service.import_records(deps, COMMAND, path=Path(path), unit="HRSS")
        print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
        for used in ("records", "record_batches"):
            deps.db[used].delete_many({{}})
""")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return start([sys.executable, str(script)], cwd=ROOT, env=environ, start_new_session=True, **streams)


def _written(deps: Deps) -> int:
    """As the server has counted along: asked over and over while it writes."""
    return deps.db["records"].estimated_document_count()


def _wait(child: subprocess.Popen[bytes], seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not seen():
        assert child.poll() is None, "it ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _kill_when(child: subprocess.Popen[bytes], seen: Callable[[], bool]) -> None:
    """Kill it as soon as something is seen."""
    _wait(child, seen)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()


def _ended(session: int) -> bool:
    """Whether every process of the session is gone, within some seconds."""
    deadline = time.monotonic() + 10
    while living := _living(session):
        if time.monotonic() > deadline:
            for pid in living:
                os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


def _living(session: int) -> list[int]:
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _session_of(int(entry.name)) == session
    ]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
