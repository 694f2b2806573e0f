"""The three deletions: what may go, inside which clock, who is told, and that it happens once or not at all."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.records import rules as record_rules
from backend.records import service as records
from backend.records.model import Record
from backend.removals import service, store
from backend.removals.model import ShownRemoval
from schemas.terms import RecordMark, RemovalKind, RippleCause
from schemas.text import Text
from tests.backend.removals.conftest import (
    ELSEWHERE,
    GOOD_ITEM,
    ITEM,
    NOTICE,
    PROVIDER,
    STEWARD,
    Take,
    adverse,
    good,
)
from tests.support.people import COMMAND, NAME, NUMBER, acts, refused
from tests.support.refusals import at_once
from tests.support.world import START, Clock

WHY = Text("信用修复完成", "Restored")
ASKED = NOTICE | {"noticed_on": date(2026, 11, 19)}


def erase(deps: Deps, record: Record, actor: Actor = STEWARD, **changes: Any) -> ShownRemoval:
    return service.erase(deps, actor, record_id=record.id, **ASKED | changes)


def erase_row(deps: Deps, actor: Actor = PROVIDER, **changes: Any) -> ShownRemoval:
    row = adverse()
    named = {name: row[name] for name in ("item_code", "subject_number", "doc_no")}
    return service.erase_row(deps, actor, **named | ASKED | changes)


def kinds(deps: Deps) -> list[str]:
    """What the account and the unit's desk were told."""
    told = [one["kind"] for name in ("notices", "desk_notices") for one in deps.db[name].find()]
    return [kind for kind in told if kind.startswith("record_")]


class TestWithdrawing:
    def test_an_own_good_deed_goes_at_once_inside_two_working_days_and_its_unit_is_told_which_row(
        self, deps: Deps, me: Actor, deed: Record, take: Take
    ) -> None:
        removal = service.withdraw(deps, me, record_id=deed.id)
        assert (removal.kind, removal.done_at) == (RemovalKind.WITHDRAWN, START)
        assert removal.due_on == date(2026, 11, 24)  # asked for on a Saturday
        (clock,) = removal.clocks
        assert (clock.name, clock.late, clock.counted_days) == (
            "withdraw",
            False,
            (date(2026, 11, 23), date(2026, 11, 24)),
        )
        assert records.find_any(deps, deed.id) is None
        assert kinds(deps) == ["record_withdrawn"] * 2
        (told,) = service.of_unit(deps, PROVIDER, limit=10).items
        assert (told.batch_id, told.line) == (deed.source.batch_id, 2)
        assert take(good(), name="b.jsonl").told()["refused_by_reason"]["records.withdrawn"]["lines"] == [1]

    def test_asked_again_it_is_the_same_removal(self, deps: Deps, me: Actor, deed: Record) -> None:
        assert service.withdraw(deps, me, record_id=deed.id) == service.withdraw(deps, me, record_id=deed.id)
        assert (len(kinds(deps)), len(acts(deps, "records.withdraw"))) == (2, 1)

    def test_of_several_at_once_one_does_it_and_all_get_it(self, deps: Deps, me: Actor, deed: Record) -> None:
        made = at_once(lambda: service.withdraw(deps, me, record_id=deed.id), 3)
        assert len({one.id for one in made}) == 1
        assert (len(kinds(deps)), deps.db["removals"].count_documents({})) == (2, 1)

    def test_what_is_not_a_good_deed_stays(self, deps: Deps, me: Actor, bad: Record) -> None:
        refused("records.not_withdrawable", service.withdraw, deps, me, record_id=bad.id)
        assert records.find_any(deps, bad.id) == bad

    def test_a_contested_one_waits_for_its_objection(self, deps: Deps, me: Actor, deed: Record) -> None:
        records.mark(
            deps,
            COMMAND,
            record_id=deed.id,
            subject_id=deed.subject_id,
            kind=RecordMark.CONTESTED,
            case_id="c1",
            reason=WHY,
        )
        refused("records.contested", service.withdraw, deps, me, record_id=deed.id)

    def test_what_is_somebody_elses_hidden_or_unknown_is_not_found(
        self, deps: Deps, me: Actor, deed: Record
    ) -> None:
        other = replace(me, id="a2", subject_id="s2")
        refused("records.not_found", service.withdraw, deps, other, record_id=deed.id)
        service.withdraw(deps, me, record_id=deed.id)
        refused("records.not_found", service.withdraw, deps, other, record_id=deed.id)
        refused("records.not_found", service.withdraw, deps, me, record_id="x")

    def test_only_a_fresh_proof_of_identity_lets_it_go(
        self, deps: Deps, me: Actor, deed: Record, clock: Clock
    ) -> None:
        clock.advance(minutes=10)
        refused("identity.verification_required", service.withdraw, deps, me, record_id=deed.id)

    def test_the_catalogue_says_what_a_good_deed_is(self, bad: Record, deed: Record) -> None:
        assert record_rules.withdrawable(deed, GOOD_ITEM)
        assert not record_rules.withdrawable(deed, replace(GOOD_ITEM, withdrawable=False))
        assert not record_rules.withdrawable(deed, None)
        assert not record_rules.withdrawable(bad, ITEM)


class TestErasing:
    def test_the_clock_runs_from_the_day_of_the_notice_and_says_when_it_was_late(
        self, deps: Deps, bad: Record, deed: Record
    ) -> None:
        in_time = erase(deps, bad)
        assert (in_time.due_on, in_time.clocks[0].late, in_time.noticed_on) == (
            date(2026, 11, 24),
            False,
            date(2026, 11, 19),
        )
        assert in_time.article.zh == "《上海市社会信用条例》第三十七条"
        late = erase(deps, deed, noticed_on=date(2026, 11, 16))
        assert (late.due_on, late.clocks[0].late) == (date(2026, 11, 19), True)

    def test_the_person_and_the_unit_are_told_and_the_proof_is_in_the_log(
        self, deps: Deps, me: Actor, bad: Record
    ) -> None:
        removal = erase(deps, bad)
        assert kinds(deps) == ["record_erased"] * 2
        (entry,) = acts(deps, "records.erase")
        assert (removal.proof_id, entry["details"]["case_id"]) == (entry["_id"], removal.id)
        assert service.mine(deps, me, limit=10).items == (removal,)
        assert removal.note == NOTICE["reason"]
        assert str(NOTICE["reason"]) not in repr(deps.db["removals"].find_one())

    def test_a_person_without_an_account_is_told_nothing_and_the_record_goes(
        self, deps: Deps, bad: Record
    ) -> None:
        deps.db["accounts"].update_many({}, {"$set": {"subject_id": None}})
        erase(deps, bad)
        assert kinds(deps) == ["record_erased"]

    def test_the_provider_names_the_row_it_handed_in_and_gets_the_same_removal_again(
        self, deps: Deps, bad: Record
    ) -> None:
        removal = erase_row(deps)
        assert (removal.record_id, records.find_any(deps, bad.id)) == (bad.id, None)
        assert erase_row(deps) == removal == erase(deps, bad)

    def test_a_row_that_is_not_there_is_not_found(self, deps: Deps, bad: Record) -> None:
        for changes in (
            {"doc_no": "沪人社监罚〔2026〕第1号"},
            {"item_code": "HRSS-P-20"},
            {"subject_number": "31019919610804011X"},
            {"subject_number": "'; drop"},
            {"subject_number": "91110000600037341L"},
        ):
            refused("records.not_found", erase_row, deps, **changes)

    def test_another_units_row_is_not_found_before_or_after(self, deps: Deps, bad: Record) -> None:
        refused("records.not_found", erase_row, deps, ELSEWHERE)
        erase(deps, bad)
        refused("records.not_found", erase_row, deps, ELSEWHERE)

    def test_a_withdrawn_row_was_not_erased(self, deps: Deps, me: Actor, deed: Record) -> None:
        service.withdraw(deps, me, record_id=deed.id)
        row = {name: good()[name] for name in ("item_code", "subject_number", "doc_no")}
        refused("records.not_found", erase_row, deps, **row)
        refused("records.not_found", erase, deps, deed)

    def test_of_several_at_once_one_does_it(self, deps: Deps, bad: Record) -> None:
        made = at_once(lambda: erase(deps, bad), 2) + at_once(lambda: erase_row(deps), 2)
        assert len({one.id for one in made}) == 1
        assert len(acts(deps, "records.erase")) == 1

    def test_only_stewards_and_providers_erase(self, deps: Deps, me: Actor, bad: Record) -> None:
        for actor in (me, PROVIDER):
            refused("auth.not_allowed", erase, deps, bad, actor)
        for actor in (me, STEWARD):
            refused("auth.not_allowed", erase_row, deps, actor)

    def test_the_notice_lies_between_the_act_and_today(self, deps: Deps, bad: Record) -> None:
        for day in (date(2026, 11, 22), date(2026, 2, 16), date(1, 1, 1)):
            refused("removals.wrong_day", erase, deps, bad, noticed_on=day)

    def test_what_is_kept_may_repeat_nothing_of_the_record(self, deps: Deps, bad: Record) -> None:
        telling = (
            "沪人社监罚〔2026〕第4471号",
            "沪人社监罚 [2026] 第 4471 号",
            f"对{NAME}扣押务工人员证件的处罚",
            "于静安区某工地扣押务工人员证件",
            "静安区某工地东门",
            NAME,
            NUMBER,
            f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
        )
        for words in telling:
            for field in ("reason", "document_no"):
                asked = ASKED | {field: f"关于{words}一案"}
                refused(
                    "removals.tells_record", partial(service.erase, deps, STEWARD, record_id=bad.id, **asked)
                )
        assert records.find_any(deps, bad.id) == bad

    @pytest.mark.parametrize(
        "fault",
        [
            "backend.notices.store.insert",
            "backend.removals.store.insert",
            "backend.records.store.insert_ripple",
        ],
    )
    def test_what_is_cut_off_anywhere_has_not_happened(
        self, deps: Deps, bad: Record, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        class Cut(Exception):
            pass

        def cut(*_: object) -> None:
            raise Cut

        with monkeypatch.context() as cutting:
            cutting.setattr(fault, cut)
            with pytest.raises(Cut):
                erase(deps, bad)
        assert records.find_any(deps, bad.id) == bad
        assert (acts(deps, "records.erase"), kinds(deps)) == ([], [])
        assert deps.db["removals"].count_documents({}) == deps.db["record_ripples"].count_documents({}) == 0
        erase(deps, bad)


class TestDecidedElsewhere:
    def test_a_restored_record_is_hidden_once_inside_three_working_days_of_the_proof(
        self, deps: Deps, me: Actor, bad: Record
    ) -> None:
        about: dict[str, Any] = {
            "record": bad,
            "case_id": "r1",
            "reason": WHY,
            "document_no": "沪信修〔2026〕1号",
        }
        removal = service.hide_restored(deps, COMMAND, **about)
        assert service.hide_restored(deps, COMMAND, **about) == removal
        (shown,) = service.mine(deps, me, limit=10).items
        assert (shown.kind, shown.due_on, shown.case_id) == (RemovalKind.HIDDEN, date(2026, 11, 25), "r1")
        assert (shown.reason, shown.article.zh) == (WHY, "《上海市社会信用条例》第三十八条")
        assert [one["what"] for one in deps.db["record_ripples"].find()] == [RippleCause.RESTORED.value]
        assert records.find_any(deps, bad.id) is not None

    @pytest.mark.parametrize("kind", [RemovalKind.HIDDEN, RemovalKind.ERASED])
    def test_what_an_objection_decided_has_the_objections_clocks(
        self, deps: Deps, me: Actor, bad: Record, kind: RemovalKind
    ) -> None:
        about: dict[str, Any] = {"record": bad, "kind": kind, "case_id": "o1", "reason": WHY}
        removal = service.remove_objected(deps, COMMAND, **about)
        assert service.remove_objected(deps, COMMAND, **about) == removal
        (shown,) = service.mine(deps, me, limit=10).items
        assert (shown.kind, shown.due_on, shown.clocks) == (kind, None, ())
        assert records.find_own(deps, bad.subject_id, bad.id) is None

    def test_one_that_is_hidden_without_a_case_cannot_be_hidden_again(self, deps: Deps, bad: Record) -> None:
        records.hide(deps, COMMAND, record=bad, reason=WHY)
        refused(
            "records.changed",
            lambda: service.hide_restored(deps, COMMAND, record=bad, case_id="r1", reason=WHY),
        )


class TestLists:
    def test_pages_go_on_newest_first(
        self, deps: Deps, me: Actor, bad: Record, deed: Record, clock: Clock
    ) -> None:
        first = service.withdraw(deps, me, record_id=deed.id)
        clock.advance(seconds=1)
        second = erase(deps, bad)
        page = service.mine(deps, me, limit=1)
        assert [one.id for one in page.items] == [second.id]
        rest = service.mine(deps, me, limit=1, cursor=page.next_cursor)
        assert ([one.id for one in rest.items], rest.next_cursor) == ([first.id], None)
        assert [one.id for one in service.of_unit(deps, PROVIDER, limit=10).items] == [second.id, first.id]
        assert service.of_unit(deps, ELSEWHERE, limit=10).items == ()
        assert service.mine(deps, replace(me, subject_id="s2"), limit=10).items == ()

    def test_each_question_walks_an_index(self, deps: Deps) -> None:
        removals = deps.db[store.COLLECTION]
        newest = [("asked_at", -1), ("_id", -1)]
        for found in (
            removals.find({"subject_id": "s"}, sort=newest),
            removals.find({"unit_code": "u"}, sort=newest),
            removals.find({"record_id": "r", "kind": "erased"}),
        ):
            assert "COLLSCAN" not in repr(found.explain()["queryPlanner"]["winningPlan"])
            assert "SORT'" not in repr(found.explain()["queryPlanner"]["winningPlan"])
