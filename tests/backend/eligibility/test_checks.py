"""A merchant's check: yes or no, once, and everything about it for the person alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.accounts import service as accounts
from backend.accounts.model import Holder
from backend.audit import service as audit
from backend.benefits import service as benefits
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.common.errors import Kind
from backend.common.mongo import atomic
from backend.eligibility import rules, service, texts
from backend.eligibility.model import Bar
from backend.grades import service as grades
from backend.merchants import service as merchants
from backend.merchants.service import guessing
from backend.records import errors as record_errors
from backend.records.model import Mark
from backend.records.service import rippling
from schemas.terms import (
    Category,
    Channel,
    GradeValue,
    Level,
    MerchantFigure,
    Nature,
    RecordMark,
    Role,
    Severity,
    Verdict,
)
from tests.backend.eligibility.counter import MANAGER, OFFER, Counter
from tests.support.refusals import refused
from tests.support.world import Clock

YES, NO = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("minimum", "newcomers", "value", "floor", "expected"),
    [
        (GradeValue.GOOD, True, GradeValue.EXCELLENT, None, YES),
        (GradeValue.GOOD, True, GradeValue.GOOD, None, YES),
        (GradeValue.GOOD, True, GradeValue.FAIR, None, NO),
        (GradeValue.FAIR, True, GradeValue.FAIR, None, YES),
        (GradeValue.FAIR, True, GradeValue.ATTENTION, None, NO),
        (GradeValue.EXCELLENT, False, GradeValue.GOOD, None, NO),
        (GradeValue.GOOD, True, GradeValue.NO_RECORD, GradeValue.GOOD, YES),
        (GradeValue.FAIR, False, GradeValue.NO_RECORD, GradeValue.GOOD, NO),
    ],
)
def test_the_verdict_follows_from_grade_and_bar(
    minimum: GradeValue, newcomers: bool, value: GradeValue, floor: GradeValue | None, expected: Verdict
) -> None:
    assert rules.verdict(Bar(minimum, newcomers, 1), value, floor) is expected


def test_no_record_is_not_a_bad_record(counter: Counter, resident: Actor) -> None:
    assert counter.asked(resident).verdict is YES


def test_a_recent_record_below_the_bar_is_a_no_that_offers_the_deposit_way(
    counter: Counter, resident: Actor
) -> None:
    record = counter.mar(resident)
    answer = counter.asked(resident)
    seen = counter.seen(resident)
    assert (answer.verdict, seen.verdict, seen.deposit_way) == (NO, NO, texts.AFTER_NO)
    assert [(one.rule, one.record_id) for one in seen.reasons if one.decisive] == [
        ("general_recent", record.id)
    ]
    assert (seen.rule_version, seen.minimum_grade) == ("shanghai-2026-1", GradeValue.GOOD)


def test_a_contested_record_does_not_count(counter: Counter, resident: Actor) -> None:
    record = counter.mar(resident)
    mark = to_document(Mark(RecordMark.CONTESTED, since=counter.deps.now(), case_id="c1"))
    counter.deps.db["records"].update_one({"_id": record.id}, {"$set": {"marks": [mark]}})
    assert counter.asked(resident).verdict is YES


def test_a_good_deed_reaches_the_highest_bar(counter: Counter, resident: Actor) -> None:
    offer = replace(OFFER, minimum_grade=GradeValue.EXCELLENT, no_record_eligible=False)
    service.change_service(counter.deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer)
    assert counter.asked(resident).verdict is NO
    counter.mar(
        resident,
        nature=Nature.OTHER,
        category=Category.PUBLIC_WELFARE,
        severity=None,
        occurred_on=date(2026, 5, 1),
        ended_on=None,
    )
    assert counter.asked(resident).verdict is YES


def test_a_pass_is_for_the_service_as_it_was_consented_to(counter: Counter, resident: Actor) -> None:
    counter.mar(resident)
    made = counter.passed(resident)
    offer = replace(OFFER, minimum_grade=GradeValue.FAIR)
    service.change_service(counter.deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer)
    refused("eligibility.code_not_usable", counter.check, made)
    assert counter.asked(resident).verdict is YES
    assert counter.seen(resident).service_version == 2


def test_a_pass_ends_with_the_sign_in_it_was_made_in(counter: Counter, resident: Actor) -> None:
    for end in (accounts.sign_out, lambda deps, who: accounts.end_sessions(deps, who, who.id)):
        session, _ = accounts.open_session(
            counter.deps, Holder(resident.id, Role.CITIZEN, resident.subject_id)
        )
        signed_in = replace(resident, session_id=session.id)
        made = counter.passed(signed_in)
        end(counter.deps, signed_in)
        refused("eligibility.code_not_usable", counter.check, made)
    assert counter.deps.db["checks"].count_documents({}) == 0
    assert counter.asked(resident).verdict is YES


def test_what_came_out_is_for_who_has_just_proved_to_be_that_person(
    counter: Counter, resident: Actor
) -> None:
    counter.mar(resident)
    counter.asked(resident)
    plain = replace(resident, level=Level.REAL_NAME, verified_until=None)
    (masked,) = service.my_checks(counter.deps, plain, limit=9).items
    assert (masked.verdict, masked.verdict_label, masked.reasons, masked.deposit_way) == (None,) * 4
    assert service.my_check(counter.deps, plain, check_id=masked.id) == masked
    refused("identity.verification_required", service.my_checks, counter.deps, plain, limit=9, verdict=NO)
    (whole,) = service.my_checks(counter.deps, resident, limit=9, verdict=NO).items
    assert whole.verdict is NO


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_how_a_code_is_typed_does_not_matter(counter: Counter, resident: Actor, typed: Any) -> None:
    assert counter.check(typed(counter.passed(resident).code)).verdict is YES


def test_every_code_that_is_no_good_is_answered_alike(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    used, foreign = counter.passed(resident), counter.passed(resident, counter.elsewhere)
    counter.check(used)
    stranger = counter.resident("李四", "004")
    late = counter.passed(stranger)
    fresh = counter.passed(counter.resident("张三", "005"))
    clock.advance(minutes=2)
    said = set()
    for code, lending in (
        (used.code, counter.lending.id),
        (late.code, counter.lending.id),
        (foreign.code, counter.lending.id),
        (foreign.code, counter.elsewhere.id),
        (fresh.code[:-1], counter.lending.id),
        ("0000-0000", counter.lending.id),
        ("不是通行码", counter.lending.id),
        (fresh.code, "no-such-service"),
    ):
        error = refused("eligibility.code_not_usable", counter.check, code, service_id=lending)
        said.add((error.kind, error.text, str(error.data), error.retry_after))
    assert len(said) == 1


def test_a_wrong_try_does_not_use_the_pass_up(counter: Counter, resident: Actor) -> None:
    made = counter.passed(resident)
    refused(
        "eligibility.code_not_usable",
        service.check,
        counter.deps,
        counter.other,
        code=made.code,
        service_id=counter.lending.id,
    )
    refused("eligibility.code_not_usable", counter.check, made, service_id=counter.elsewhere.id)
    assert counter.check(made).verdict is YES


def test_too_many_wrong_codes_lock_the_merchant_and_no_other(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    for _ in range(guessing.WRONG_OF_MERCHANT.count):
        refused("eligibility.code_not_usable", counter.check, "0000-0000")
    made = counter.passed(resident)
    error = refused("eligibility.too_many_wrong_codes", counter.check, made)
    assert error.retry_after == 15 * 60
    elsewhere = counter.passed(resident, counter.elsewhere)
    answer = service.check(counter.deps, counter.other, code=elsewhere.code, service_id=counter.elsewhere.id)
    assert answer.verdict is YES
    clock.advance(minutes=15)
    assert counter.asked(counter.still_verified(resident)).verdict is YES


def test_an_address_with_the_keys_of_several_merchants_is_locked_by_itself(counter: Counter) -> None:
    deps = replace(counter.deps, settings=replace(counter.deps.settings, limit_per_address=1000))
    _, limit = guessing.WRONG_AT_ADDRESS
    for number in range(limit.count):
        till = replace(counter.other, id=f"merchant-{number // 50}")
        refused("eligibility.code_not_usable", _at, deps, till, "198.51.100.7")
    locked = refused("eligibility.too_many_wrong_codes", _at, deps, counter.till, "198.51.100.7")
    assert locked.retry_after == 15 * 60
    refused("eligibility.code_not_usable", _at, deps, counter.till, "198.51.100.8")


def _at(deps: Deps, till: Actor, address: str) -> None:
    service.check(deps, till, code="0000-0000", service_id="any", address=address)


def test_keys_clerks_and_both_kinds_of_code_are_one_count(counter: Counter, resident: Actor) -> None:
    deps = counter.deps
    for number in range(guessing.WRONG_OF_MERCHANT.count):
        till = replace(counter.till, through=f"{('key', 'clerk')[number % 2]}:{number}")
        if number % 3:
            refused("benefits.code_not_valid", benefits.redeem, deps, till, code="x")
        else:
            refused("eligibility.code_not_usable", _at, deps, till, "198.51.100.7")
    made = counter.passed(resident)
    error = refused("eligibility.too_many_wrong_codes", counter.check, made)
    other = refused("benefits.redeeming_locked", benefits.redeem, deps, counter.till, code="x")
    assert {error.kind, other.kind} == {Kind.TOO_MANY}
    assert error.retry_after == other.retry_after == 15 * 60


def test_right_codes_cost_nothing_and_other_refusals_neither(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    for _ in range(guessing.WRONG_OF_MERCHANT.count - 1):
        refused("eligibility.code_not_usable", counter.check, "0000-0000")
    made = counter.passed(resident)
    service.pause_service(counter.deps, MANAGER, service_id=counter.lending.id, reason="检修")
    refused("eligibility.service_not_open", counter.check, made)
    service.resume_service(counter.deps, MANAGER, service_id=counter.lending.id)
    assert counter.check(made).verdict is YES
    assert counter.asked(resident).verdict is YES
    refused("eligibility.code_not_usable", counter.check, "0000-0000")
    refused("eligibility.too_many_wrong_codes", counter.check, counter.passed(resident))


def test_a_right_code_whose_service_was_changed_is_answered_like_any_wrong_one_and_counts_against_nobody(
    counter: Counter, resident: Actor
) -> None:
    deps = replace(counter.deps, settings=replace(counter.deps.settings, limit_per_address=1000))
    made, address = counter.passed(resident), "198.51.100.7"
    offer = replace(OFFER, deposit_fen=1)
    service.change_service(counter.deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer)
    asked = {"service_id": counter.lending.id, "address": address}
    said = set()
    for code in ("0000-0000", *[made.code] * guessing.WRONG_OF_MERCHANT.count):
        error = refused("eligibility.code_not_usable", service.check, deps, counter.till, code=code, **asked)
        said.add((error.kind, error.text, str(error.data), error.retry_after))
    assert len(said) == 1
    assert counter.asked(resident).verdict is YES
    for _ in range(guessing.WRONG_OF_MERCHANT.count - 1):
        refused("eligibility.code_not_usable", service.check, deps, counter.till, code="0000-0000", **asked)
    refused("eligibility.too_many_wrong_codes", counter.check, counter.passed(resident))


def test_a_right_code_after_a_sign_out_still_counts(counter: Counter, resident: Actor) -> None:
    session, _ = accounts.open_session(counter.deps, Holder(resident.id, Role.CITIZEN, resident.subject_id))
    signed_in = replace(resident, session_id=session.id)
    made = counter.passed(signed_in)
    accounts.sign_out(counter.deps, signed_in)
    for _ in range(guessing.WRONG_OF_MERCHANT.count):
        refused("eligibility.code_not_usable", counter.check, made)
    refused("eligibility.too_many_wrong_codes", counter.check, made)


def test_guessing_is_hopeless() -> None:
    """The arithmetic of docs/eligibility.md: with 100 passes open, one merchant that only guesses, before and with the lock."""
    codes, open_passes = 32**rules.CODE_LENGTH, 100
    a_day_without_lock = 600 * 60 * 24
    limit = guessing.WRONG_OF_MERCHANT
    round_minutes = (limit.window + limit.cool_down).total_seconds() / 60
    a_day_with_lock = limit.count * 24 * 60 / round_minutes
    assert codes / open_passes / a_day_without_lock / 365 > 30
    assert codes / open_passes / a_day_with_lock / 365 > 8_000


def test_a_paused_service_says_so_to_its_own_merchant_and_the_pass_stays(
    counter: Counter, resident: Actor
) -> None:
    made = counter.passed(resident)
    service.pause_service(counter.deps, MANAGER, service_id=counter.lending.id, reason="检修")
    refused("eligibility.service_not_open", counter.check, made)
    service.resume_service(counter.deps, MANAGER, service_id=counter.lending.id)
    assert counter.check(made).verdict is YES


def test_the_check_is_a_line_in_the_persons_access_log_before_the_answer_leaves(
    counter: Counter, resident: Actor
) -> None:
    counter.asked(resident)
    line, judged = audit.looks(counter.deps, resident.require_subject(), limit=9).items
    assert (judged.actor_role, judged.action) == (Role.CITIZEN, "grades.decide")
    assert (line.actor_role, line.actor_name) == (Role.MERCHANT, "徐汇区示范图书馆")
    assert "图书免押借阅" in line.purpose.zh
    assert "Library books" in line.purpose.en


def test_a_log_that_cannot_be_written_leaves_the_pass_unused(counter: Counter, resident: Actor) -> None:
    made = counter.passed(resident)
    rule = {"never_written": {"$exists": True}}
    counter.deps.db.command("collMod", "audit_log", validator=rule)
    try:
        refused("audit.not_written", counter.check, made)
    finally:
        counter.deps.db.command("collMod", "audit_log", validator={})
    assert counter.deps.db["checks"].count_documents({}) == 0
    assert counter.check(made).verdict is YES


def test_a_till_that_asks_again_with_its_key_gets_the_same_answer(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    made = counter.passed(resident)
    first = counter.check(made, idempotency_key="k1")
    clock.advance(minutes=5)
    assert counter.check(made, idempotency_key="k1") == first
    refused("eligibility.code_not_usable", counter.check, made, idempotency_key="k2")
    refused("eligibility.code_not_usable", counter.check, "0000-0000", idempotency_key="k1")
    clerk = replace(counter.till, through="clerk:another")
    refused(
        "eligibility.code_not_usable",
        service.check,
        counter.deps,
        clerk,
        code=made.code,
        service_id=counter.lending.id,
        idempotency_key="k1",
    )
    assert counter.deps.db["checks"].count_documents({}) == 1


def test_reasons_are_for_who_has_just_proved_to_be_the_person(counter: Counter, resident: Actor) -> None:
    counter.mar(resident)
    counter.asked(resident)
    bound = replace(resident, verified_until=None)
    (outline,) = service.my_checks(counter.deps, bound, limit=9).items
    assert (outline.verdict, outline.reasons) == (None, None)
    before = len(audit.looks(counter.deps, resident.require_subject(), limit=9).items)
    assert service.my_check(counter.deps, resident, check_id=outline.id).reasons
    assert len(audit.looks(counter.deps, resident.require_subject(), limit=9).items) == before + 1


def test_another_persons_check_is_not_found(counter: Counter, resident: Actor) -> None:
    answer = counter.asked(resident)
    stranger = counter.resident("李四", "004")
    refused("eligibility.check_not_found", service.my_check, counter.deps, stranger, check_id=answer.check_id)
    assert service.my_checks(counter.deps, stranger, limit=9).items == ()


def test_checks_are_counted_for_the_merchant(counter: Counter, resident: Actor) -> None:
    counter.asked(resident)
    refused("eligibility.code_not_usable", counter.check, "0000-0000")
    counted = {one.what: one.count for one in merchants.own_figures(counter.deps, counter.till).figures}
    assert counted[MerchantFigure.CHECKS] == 1


def test_a_record_that_vanishes_at_this_moment_is_no_refusal_to_the_merchant(
    counter: Counter, resident: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = grades.decide, list[int]()

    def first_gone(*args: Any, **inputs: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise record_errors.changed()
        return real(*args, **inputs)

    made = counter.passed(resident)
    atomic(lambda deps: rippling.touch(deps, resident.subject_id))(counter.deps)
    monkeypatch.setattr(grades, "decide", first_gone)
    assert counter.check(made).verdict is YES
    assert len(tries) == 2
    assert counter.passed(resident)


def test_only_a_merchant_checks(counter: Counter, resident: Actor) -> None:
    made = counter.passed(resident)
    for actor in (resident, MANAGER, Actor("p", Role.PROVIDER, Channel.CONSOLE, unit="METRO")):
        refused(
            "auth.not_allowed",
            service.check,
            counter.deps,
            actor,
            code=made.code,
            service_id=counter.lending.id,
        )


def test_a_serious_record_is_below_every_bar(counter: Counter, resident: Actor) -> None:
    counter.mar(resident, severity=Severity.SERIOUS)
    offer = replace(OFFER, minimum_grade=GradeValue.FAIR)
    service.change_service(counter.deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer)
    assert counter.asked(resident).verdict is NO
