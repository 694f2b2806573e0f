"""A pass: the consent it is, what it holds, and how it ends."""

import re
from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.eligibility import rules, service, texts
from schemas.terms import Level, PassState
from tests.backend.eligibility.counter import MANAGER, OFFER, Counter
from tests.support.refusals import at_once, refused
from tests.support.world import Clock


def test_a_pass_is_for_who_has_just_proved_to_be_the_person(counter: Counter, resident: Actor) -> None:
    bound = replace(resident, level=Level.REAL_NAME, verified_until=None)
    refused("identity.verification_required", counter.passed, bound)


def test_a_pass_lasts_two_minutes_and_its_code_is_kept_nowhere(counter: Counter, resident: Actor) -> None:
    made = counter.passed(resident)
    assert made.expires_at == counter.deps.now() + rules.LIFETIME
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", made.code)
    assert rules.is_code(rules.read_code(made.code))
    everything = repr([list(counter.deps.db[name].find()) for name in ("passes", "audit_log", "notices")])
    assert made.code not in everything
    assert rules.read_code(made.code) not in everything


def test_the_qr_code_is_one_picture_without_a_script(counter: Counter, resident: Actor) -> None:
    drawn = counter.passed(resident).qr_svg
    assert drawn.startswith("<svg xmlns=")
    assert "#fff" in drawn
    assert "<script" not in drawn


def test_the_consent_keeps_exactly_what_was_shown(counter: Counter, resident: Actor) -> None:
    offered = service.service(counter.deps, service_id=counter.lending.id)
    made = counter.passed(resident)
    (kept,) = counter.deps.db["passes"].find()
    notice = kept["notice"]
    assert (notice["recipient"], notice["contact"]) == (offered.merchant, offered.contact)
    assert (notice["purpose"]["zh"], notice["purpose"]["en"]) == offered.purpose
    assert (notice["data_given"]["zh"], notice["data_used"]["en"]) == (
        texts.DATA_GIVEN.zh,
        texts.DATA_USED.en,
    )
    assert (notice["text_version"], notice["service_version"]) == (texts.VERSION, 1)
    assert kept["notice_digest"] == made.notice_digest
    (line,) = counter.deps.db["audit_log"].find({"action": "eligibility.make_pass"})
    assert line["details"]["notice_digest"] == made.notice_digest


def test_who_read_another_version_is_asked_to_read_again(counter: Counter, resident: Actor) -> None:
    deps = counter.deps
    offer = replace(OFFER, purpose_zh="另一目的。")
    service.change_service(deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer)
    asked = {"service_id": counter.lending.id, "service_version": 1}
    error = refused("eligibility.service_changed", service.make_pass, deps, resident, **asked)
    assert error.data == {"version": 2}


def test_a_newer_pass_for_the_same_service_voids_the_older(counter: Counter, resident: Actor) -> None:
    first, elsewhere = counter.passed(resident), counter.passed(resident, counter.elsewhere)
    second = counter.passed(resident)
    refused("eligibility.code_not_usable", counter.check, first)
    assert counter.check(second)
    states = {one.id: one.state for one in service.my_passes(counter.deps, resident, limit=9).items}
    assert states == {
        first.id: PassState.REPLACED,
        second.id: PassState.USED,
        elsewhere.id: PassState.OPEN,
    }


def test_a_withdrawn_consent_voids_the_pass_at_once(counter: Counter, resident: Actor) -> None:
    deps, made = counter.deps, counter.passed(resident)
    service.withdraw_pass(deps, resident, pass_id=made.id)
    service.withdraw_pass(deps, resident, pass_id=made.id)
    refused("eligibility.code_not_usable", counter.check, made)
    shown = service.my_pass(deps, resident, pass_id=made.id)
    assert (shown.state, shown.may_withdraw) == (PassState.WITHDRAWN, False)
    assert deps.db["audit_log"].count_documents({"action": "eligibility.withdraw_pass"}) == 1


def test_a_consent_that_was_used_cannot_be_withdrawn_any_more(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    used, late = counter.passed(resident), counter.passed(resident, counter.elsewhere)
    counter.check(used)
    clock.advance(minutes=2)
    for made, state in ((used, "used"), (late, "expired")):
        error = refused(
            "eligibility.pass_over", service.withdraw_pass, counter.deps, resident, pass_id=made.id
        )
        assert error.data == {"state": state}


def test_another_persons_pass_is_not_found(counter: Counter, resident: Actor) -> None:
    made = counter.passed(resident)
    stranger = counter.resident("李四", "004")
    for verb in (service.my_pass, service.withdraw_pass):
        refused("eligibility.pass_not_found", verb, counter.deps, stranger, pass_id=made.id)


def test_no_pass_is_made_for_what_is_not_open(counter: Counter, resident: Actor) -> None:
    service.pause_service(counter.deps, MANAGER, service_id=counter.lending.id, reason="检修")
    refused("eligibility.service_not_open", counter.passed, resident)
    refused("eligibility.service_not_found", service.make_pass, counter.deps, resident, service_id="no-such")


def test_passes_are_limited_and_a_refused_one_does_not_count(
    counter: Counter, resident: Actor, clock: Clock
) -> None:
    refused("eligibility.service_not_found", service.make_pass, counter.deps, resident, service_id="none")
    for _ in range(rules.PER_PERSON.count):
        counter.passed(resident)
    error = refused("eligibility.too_many_passes", counter.passed, resident)
    assert error.retry_after == 600
    clock.advance(minutes=10)
    assert counter.passed(counter.still_verified(resident))


def test_of_many_made_at_once_one_is_open(counter: Counter, resident: Actor) -> None:
    at_once(lambda: counter.passed(resident), 4)
    assert counter.deps.db["passes"].count_documents({"state": "open"}) == 1
    assert list(audit.verify_log(counter.deps)) == []
