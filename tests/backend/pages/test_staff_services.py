"""Deposit-free services in the console: set up for a merchant, changed, paused, ended."""

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.eligibility import service
from schemas.terms import Role, ServiceState
from tests.backend.eligibility.counter import MANAGER, Counter, make_counter
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing

HOME = "/staff/services"
WORDS = {
    "kind": "umbrella",
    "title_zh": "免押借伞",
    "title_en": "Umbrellas",
    "purpose_zh": "核验能否免押借伞",
    "purpose_en": "To lend umbrellas without a deposit",
    "contact": "021-63210000",
    "deposit_fen": "50",
    "minimum_grade": "good",
    "max_days": "7",
}


@pytest.fixture
def counter(deps: Deps) -> Counter:
    return make_counter(deps)


@pytest.fixture
def song(deps: Deps) -> Signed:
    return at_desk(deps, "song.hui", Role.BENEFIT_MANAGER)


def test_a_service_is_set_up_changed_and_ended(counter: Counter, song: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, song)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "merchant_id": counter.till.id}
    found = browser.post(f"{HOME}/new", data=sent)
    assert found.status_code == 303, found.text
    address = found.headers["Location"]
    ident = address.rpartition("/")[2]
    kept = service.find_service(counter.deps, MANAGER, service_id=ident)
    assert (kept.deposit_fen, kept.no_record_eligible) == (5000, False)
    assert "¥50" in browser.get(address).text
    assert "免押借伞" in browser.get(HOME).text
    changed = sent | {"version": "1", "max_days": "10", "no_record_eligible": "1"}
    del changed["merchant_id"]
    assert browser.post(f"{address}/edit", data=changed).status_code == 303
    kept = service.find_service(counter.deps, MANAGER, service_id=ident)
    assert (kept.max_days, kept.no_record_eligible) == (10, True)
    assert browser.post(f"{address}/edit", data=changed).status_code == 409
    for act, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert (
            browser.post(f"{address}/{act}", data={"_form": sent["_form"], "reason": "检修"}).status_code
            == 303
        )
        kept = service.find_service(counter.deps, MANAGER, service_id=ident)
        assert kept.state is ServiceState(state)
    assert browser.get(f"{HOME}/nothing").status_code == 404


def test_every_fault_stands_at_its_box(counter: Counter, song: Signed, visitor: FlaskClient) -> None:
    browser = let_in(visitor, song)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "merchant_id": counter.till.id}
    found = browser.post(f"{HOME}/new", data=sent | {"title_zh": "Umbrellas", "max_days": "0"})
    assert found.status_code == 422
    for name in ("title_zh", "max_days"):
        assert f'id="e-{name}" hidden' not in found.text
    found = browser.post(f"{HOME}/new", data=sent | {"purpose_zh": "Umbrellas", "title_en": ""})
    assert '<a href="#f-title_en">名称（英文）</a>：' in found.text
    found = browser.post(f"{HOME}/new", data=sent | {"purpose_zh": "Umbrellas"})
    assert '<a href="#f-purpose_zh">使用目的（中文，居民同意前看到）</a>：' in found.text
    assert "purpose_zh：" not in found.text
    assert 'value="50"' in found.text
    found = browser.post(f"{HOME}/new", data=sent | {"merchant_id": "", "deposit_fen": "五十"})
    assert (found.status_code, 'value="五十"' in found.text) == (422, True)
    assert '<a href="#f-merchant_id">商户</a>：请选择' in found.text
    assert "应为金额（元）" in found.text


def test_a_deposit_is_typed_and_shown_again_in_yuan(
    counter: Counter, song: Signed, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, song)
    sent = WORDS | {"_form": form_code(browser, f"{HOME}/new"), "merchant_id": counter.till.id}
    address = browser.post(f"{HOME}/new", data=sent | {"deposit_fen": "99.50"}).headers["Location"]
    kept = service.find_service(counter.deps, MANAGER, service_id=address.rpartition("/")[2])
    assert kept.deposit_fen == 9950
    assert 'name="deposit_fen" type="text" value="99.50"' in browser.get(f"{address}/edit").text


def test_the_number_of_an_act_that_leads_on_goes_to_its_link(
    counter: Counter, song: Signed, visiting: Visiting
) -> None:
    address = f"{HOME}/{counter.lending.id}"
    one = visiting(size=browsing.DESK).signed_in(song.tokens, "staff")
    one.open(address)
    assert "打开第几项" in one.text()
    one.page.keyboard.press("1")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(f"**{address}/edit")
