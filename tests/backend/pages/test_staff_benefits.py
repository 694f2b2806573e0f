"""Red packets in the console: put down, changed on the newest version, paused and closed, and figures that add up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.benefits import service
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from schemas.terms import BenefitState, GradeValue, Role
from tests.backend.benefits.fair import MANAGER, Fair
from tests.backend.pages.console import Signed, at_desk, form_code, let_in

HOME = "/staff/benefits"


@pytest.fixture
def fair(deps: Deps) -> Fair:
    return Fair(deps, MANAGER)


@pytest.fixture
def song(deps: Deps) -> Signed:
    return at_desk(deps, "song.hui", Role.BENEFIT_MANAGER)


def words(fair: Fair, **changes: str) -> dict[str, Any]:
    start = fair.deps.now().astimezone(SHANGHAI)
    made: dict[str, Any] = {
        "title": "守信购物券",
        "title_en": "Voucher",
        "value_kind": "amount_fen",
        "tier.excellent": "20",
        "tier.floor": "5",
        "stock": "100",
        "reserve": "5",
        "per_person": "1",
        "valid_days": "14",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(days=30):%Y-%m-%dT%H:%M}",
        "districts": ["310101"],
        "partner_ids": [fair.shop().id],
        "_once": "m1",
    }
    return made | changes


def test_a_campaign_is_put_down_once_and_changed(fair: Fair, song: Signed, visitor: FlaskClient) -> None:
    browser, sent = let_in(visitor, song), words(fair)
    sent["_form"] = form_code(browser, f"{HOME}/new")
    found = browser.post(f"{HOME}/new", data=sent)
    assert found.status_code == 303, found.text
    assert browser.post(f"{HOME}/new", data=sent).headers["Location"] == found.headers["Location"]
    (one,) = service.listed_for_staff(fair.deps, MANAGER, limit=9).items
    assert [(tier.minimum_grade, tier.value) for tier in one.terms.tiers] == [
        (GradeValue.EXCELLENT, 2000),
        (None, 500),
    ]
    shown = browser.get(f"{HOME}/{one.id}").text
    assert "¥20" in shown
    assert "黄浦区" in shown
    edit = browser.get(f"{HOME}/{one.id}/edit").text
    assert 'name="tier.excellent" type="text" value="20"' in edit
    browser.post(f"{HOME}/{one.id}/edit", data=sent | {"stock": "120", "version": str(one.version)})
    late = browser.post(f"{HOME}/{one.id}/edit", data=sent | {"stock": "130", "version": str(one.version)})
    assert late.status_code == 409
    assert 'value="130"' in late.text
    now = service.find_for_staff(fair.deps, MANAGER, benefit_id=one.id)
    assert f'name="version" value="{now.version}"' in late.text
    assert now.terms.stock == 120


def test_every_fault_stands_at_its_box(fair: Fair, song: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, song)
    code = form_code(browser, f"{HOME}/new")
    wrong = words(fair, title="Voucher", stock="很多") | {"_form": code}
    found = browser.post(f"{HOME}/new", data=wrong)
    assert found.status_code == 422
    assert 'value="很多"' in found.text
    found = browser.post(f"{HOME}/new", data=wrong | {"stock": "10", "tier.floor": "30"})
    assert found.status_code == 422
    assert 'id="e-title">中文名称须含汉字' in found.text
    assert 'id="e-tiers">普惠优惠须低于最低一档' in found.text
    assert 'value="310101" checked' in found.text
    assert service.listed_for_staff(fair.deps, MANAGER, limit=9).items == ()


def test_money_is_typed_in_yuan_and_a_share_in_percent(
    fair: Fair, song: Signed, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, song)
    sent = words(fair) | {"_form": form_code(browser, f"{HOME}/new")}
    best = "tier.excellent"
    found = browser.post(f"{HOME}/new", data=sent | {best: "二十元"})
    assert (found.status_code, "应为金额（元）" in found.text) == (422, True)
    found = browser.post(f"{HOME}/new", data=sent | {best: "1000.01"})
    assert (found.status_code, "立减金额应在 1 分至 1000 元之间" in found.text) == (422, True)
    address = browser.post(f"{HOME}/new", data=sent | {best: "12.5"}).headers["Location"]
    one = service.find_for_staff(fair.deps, MANAGER, benefit_id=address.rpartition("/")[2])
    assert [tier.value for tier in one.terms.tiers] == [1250, 500]
    assert f'name="{best}" type="text" value="12.50"' in browser.get(f"{address}/edit").text
    share = sent | {"_once": "m2", "value_kind": "percent_off"}
    address = browser.post(f"{HOME}/new", data=share).headers["Location"]
    one = service.find_for_staff(fair.deps, MANAGER, benefit_id=address.rpartition("/")[2])
    assert [tier.value for tier in one.terms.tiers] == [20, 5]
    assert f'name="{best}" type="text" value="20"' in browser.get(f"{address}/edit").text


def test_the_list_shows_the_last_day_on_which_claiming_is_open(
    fair: Fair, song: Signed, visitor: FlaskClient
) -> None:
    fair.start(ends_at=datetime(2026, 12, 20, 16, tzinfo=UTC))  # 24:00 of the 20th in Shanghai
    browser = let_in(visitor, song)
    found = browser.get(HOME).text
    assert ("2026年12月20日" in found, "2026年12月21日" in found) == (True, False)


def test_a_time_that_was_left_alone_keeps_its_seconds(fair: Fair, song: Signed, visitor: FlaskClient) -> None:
    exact = fair.deps.now() + timedelta(days=9, seconds=17)
    one, browser = fair.start(ends_at=exact), let_in(visitor, song)
    sent = words(fair, ends_at=f"{exact.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", version=str(one.version))
    sent["_form"] = form_code(browser, HOME)
    found = browser.post(f"{HOME}/{one.id}/edit", data=sent)
    assert found.status_code == 303, found.text
    assert service.find_for_staff(fair.deps, MANAGER, benefit_id=one.id).terms.ends_at == exact


def test_it_is_paused_and_closed_with_reasons(fair: Fair, song: Signed, visitor: FlaskClient) -> None:
    one, browser = fair.start(), let_in(visitor, song)
    address = f"{HOME}/{one.id}"
    code = form_code(browser, address)
    found = browser.post(f"{address}/pause", data={"_form": code, "reason": ""})
    assert found.status_code == 422
    assert 'id="f-pause-reason" name="reason" type="text" value="" required aria-invalid="true"' in found.text
    for act, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert browser.post(f"{address}/{act}", data={"_form": code, "reason": "预算"}).status_code == 303
        now = service.find_for_staff(fair.deps, MANAGER, benefit_id=one.id)
        assert now.state is BenefitState(state)
    found = browser.post(f"{address}/resume", data={"_form": code})
    assert found.status_code == 409
    assert browser.get(f"{HOME}/nothing").status_code == 404
    assert browser.post(f"{address}/close", data={"reason": "x"}).status_code == 403
