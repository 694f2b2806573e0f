"""Deposit-free services: what staff may put down, and what residents then read."""

from dataclasses import replace

import pytest

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.eligibility import rules, service
from backend.eligibility.model import Offer
from backend.merchants import service as merchants
from schemas.terms import Channel, GradeValue, Role, ServiceAct, ServiceKind, ServiceState
from tests.backend.eligibility.counter import MANAGER, OFFER, Counter
from tests.support.refusals import at_once, refused


def test_a_sound_offer_has_no_faults() -> None:
    assert rules.faults(OFFER) == ()


def test_every_wrong_field_is_named_at_once_in_both_languages(counter: Counter) -> None:
    wrong = replace(
        OFFER,
        title_zh=" \u200b ",
        title_en="图书",
        purpose_zh="To lend books",
        contact="x" * 81,
        deposit_fen=0,
        minimum_grade=GradeValue.ATTENTION,
        max_days=0,
    )
    error = refused(
        "eligibility.invalid_service",
        service.create_service,
        counter.deps,
        MANAGER,
        merchant_id=counter.till.id,
        offer=wrong,
    )
    named = {one["field"] for one in error.data["errors"]}
    assert named == {
        "title_zh",
        "title_en",
        "purpose_zh",
        "contact",
        "deposit_fen",
        "minimum_grade",
        "max_days",
    }
    assert all(one["zh"] and one["en"] and one["field"] in error.text.en for one in error.data["errors"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum_grade": GradeValue.NO_RECORD}, "minimum_grade"),
        ({"minimum_grade": GradeValue.EXCELLENT}, "no_record_eligible"),
        ({"kind": ServiceKind.POWER_BANK}, "max_days"),
        ({"deposit_fen": 10_000_001}, "deposit_fen"),
        ({"title_en": "line\nbreak"}, "title_en"),
    ],
)
def test_one_fault_is_named_alone(changes: dict[str, object], field: str) -> None:
    assert [one.field for one in rules.faults(replace(OFFER, **changes))] == [field]  # type: ignore[arg-type]  # by name


def test_what_staff_set_up_is_what_everybody_reads(counter: Counter) -> None:
    page = service.services(counter.deps, merchant_id=counter.till.id)
    (shown,) = page.items
    assert (shown.id, shown.merchant, shown.version) == (counter.lending.id, "徐汇区示范图书馆", 1)
    assert shown.title == (OFFER.title_zh, OFFER.title_en)
    assert all(text.zh and text.en for text in (shown.data_used, shown.data_given, shown.deposit_way))
    assert service.service(counter.deps, service_id=shown.id) == shown


def test_a_change_is_a_new_version_and_an_old_one_is_refused(counter: Counter) -> None:
    deps, lending = counter.deps, counter.lending
    after = replace(OFFER, max_days=60)
    changed = service.change_service(deps, MANAGER, service_id=lending.id, version=1, offer=after)
    assert (changed.version, changed.max_days) == (2, 60)
    assert [one.act for one in changed.history] == [ServiceAct.CREATE, ServiceAct.CHANGE]
    error = refused(
        "eligibility.stale",
        service.change_service,
        deps,
        MANAGER,
        service_id=lending.id,
        version=1,
        offer=OFFER,
    )
    assert error.data == {"version": 2}
    same = service.change_service(deps, MANAGER, service_id=lending.id, version=2, offer=after)
    assert same.version == 2


def test_of_many_changes_at_once_one_stands(counter: Counter) -> None:
    def change() -> object:
        offer = replace(OFFER, max_days=7)
        return service.change_service(
            counter.deps, MANAGER, service_id=counter.lending.id, version=1, offer=offer
        )

    ended = at_once(change, 3)
    assert sorted(getattr(one, "reason", "done") for one in ended) == ["done"] + ["eligibility.stale"] * 2


def test_paused_it_is_not_listed_and_closed_it_never_opens_again(counter: Counter) -> None:
    deps, ident = counter.deps, counter.lending.id
    service.pause_service(deps, MANAGER, service_id=ident, reason="设备检修")
    assert service.services(deps, merchant_id=counter.till.id).items == ()
    refused("eligibility.service_not_found", service.service, deps, service_id=ident)
    with pytest.raises(ServiceError, match=r"eligibility\.changed"):
        service.pause_service(deps, MANAGER, service_id=ident, reason="再停")
    service.resume_service(deps, MANAGER, service_id=ident)
    closed = service.close_service(deps, MANAGER, service_id=ident, reason="停办")
    assert (closed.state, closed.may, closed.history[-1].reason) == (ServiceState.CLOSED, (), "停办")
    refused("eligibility.changed", service.resume_service, deps, MANAGER, service_id=ident)


def test_a_paused_merchants_services_are_not_listed(counter: Counter) -> None:
    merchants.pause(counter.deps, MANAGER, merchant_id=counter.till.id, reason="停业")
    assert [one.id for one in service.services(counter.deps).items] == [counter.elsewhere.id]


def test_no_service_is_set_up_for_a_closed_or_unknown_merchant(counter: Counter) -> None:
    deps = counter.deps
    merchants.close(deps, MANAGER, merchant_id=counter.till.id, reason="停业")
    for reason, ident in (("merchants.closed", counter.till.id), ("merchants.not_found", "nobody")):
        refused(reason, service.create_service, deps, MANAGER, merchant_id=ident, offer=OFFER)


def test_lists_for_staff_are_filtered_and_paged(counter: Counter) -> None:
    deps = counter.deps
    first = service.list_services(deps, MANAGER, limit=1)
    rest = service.list_services(deps, MANAGER, limit=1, cursor=first.next_cursor)
    assert {one.id for one in (*first.items, *rest.items)} == {counter.lending.id, counter.elsewhere.id}
    none = service.list_services(deps, MANAGER, state=ServiceState.CLOSED)
    assert none.items == ()


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.MERCHANT, Role.CASE_OFFICER])
def test_nobody_else_manages(deps: Deps, role: Role) -> None:
    somebody = Actor("x", role, Channel.API)
    offer: Offer = OFFER
    refused("auth.not_allowed", service.create_service, deps, somebody, merchant_id="m", offer=offer)
