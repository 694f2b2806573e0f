"""Objections in the console: the officer's and the provider's work from the list to the answer."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence.model import Upload
from backend.objections import service
from schemas.terms import Channel, Role
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT, Town, make_town
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing

HOME = "/staff/objections"


@pytest.fixture
def town(deps: Deps) -> Town:
    return make_town(deps)


@pytest.fixture
def officer(town: Town) -> Signed:
    return at_desk(town.deps, "lu", Role.CASE_OFFICER)


@pytest.fixture
def provider(town: Town) -> Signed:
    return at_desk(town.deps, "qin", Role.PROVIDER, "METRO")


def taken(town: Town, officer: Signed) -> str:
    """A case that this officer has begun to compare."""
    shown = town.submit()
    actor = Actor(officer.id, Role.CASE_OFFICER, Channel.PAGE, "s", name=officer.name)
    service.compare(town.deps, actor, objection_id=shown.id)
    return shown.id


def test_an_officer_takes_a_case_and_forwards_it_by_the_keyboard_alone(
    town: Town, officer: Signed, visiting: Visiting
) -> None:
    first, second = town.submit(), town.submit(town.record(doc_no="沪地铁罚〔2025〕2号"))
    one = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    one.open(HOME)
    keys = one.page.keyboard
    keys.press("j")
    keys.press("j")
    keys.press("k")
    keys.press("Enter")
    one.page.wait_for_url(f"**{HOME}/*")
    ident = one.page.url.rpartition("/")[2]
    assert ident in (first.id, second.id)
    assert STATEMENT in one.text()
    keys.press("1")
    keys.press("Enter")
    one.page.wait_for_selector("text=数据一致")
    one.page.wait_for_load_state()  # keys are heard when the script is there
    assert town.case(ident).officer_id == officer.id
    keys.press("1")
    keys.type("1 j k：请核查检票记录")
    assert one.page.input_value("#f-note") == "1 j k：请核查检票记录"
    keys.press("Tab")
    keys.press("Enter")
    one.page.wait_for_selector("h1 + .badge:has-text('核查')")
    case = town.case(ident)
    assert case.state is State.FORWARDED


def test_an_officer_asks_for_more_and_the_clocks_stand(
    town: Town, officer: Signed, visiting: Visiting
) -> None:
    ident = taken(town, officer)
    one = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    one.open(f"{HOME}/{ident}")
    one.page.click("summary:has-text('请异议人补充材料')")
    one.page.fill("#f-what", "请提供当天的购票凭证")
    one.page.click("button:has-text('发出')")
    one.page.wait_for_selector(".timeline .paused")
    assert town.case(ident).state is State.SUPPLEMENT_REQUESTED
    one.check()


def test_an_officer_puts_the_record_right_and_closes(town: Town, officer: Signed, visiting: Visiting) -> None:
    ident = taken(town, officer)
    one = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    one.open(f"{HOME}/{ident}")
    one.page.click("summary:has-text('数据不一致')")
    one.page.fill("[id='f-content.fare_fen']", "3")
    one.page.select_option("[id='f-content.paid']", "false")
    one.page.fill("#f-reason", "与闸机数据不一致")
    one.page.click("button:has-text('更正并办结')")
    one.page.wait_for_selector(".badge.good")
    case = town.case(ident)
    kept = town.kept(case.record_id)
    assert kept is not None
    assert (case.state, kept.content["fare_fen"], kept.content["paid"]) == (State.CLOSED, 300, False)
    one.check()


def test_a_correction_that_does_not_fit_is_told_and_what_was_typed_stays(
    town: Town, officer: Signed, visitor: FlaskClient
) -> None:
    ident, browser = taken(town, officer), let_in(visitor, officer)
    address = f"{HOME}/{ident}"
    code = form_code(browser, address)
    wrong = {"content.fare_fen": "三元", "kind.content.fare_fen": "int", "reason": "不一致"}
    found = browser.post(f"{address}/decide", data={"_form": code} | wrong)
    assert found.status_code == 422
    assert 'value="三元"' in found.text
    assert "fare_fen”" not in found.text
    label = found.text.partition('<label for="f-content.fare_fen">')[2].partition(" <span")[0]
    assert f'<a href="#f-content.fare_fen">{label}</a>：更正内容不符合要求：“{label}”' in found.text
    found = browser.post(f"{address}/decide", data={"_form": code, "reason": "不一致", "occurred_on": "昨天"})
    assert '<a href="#f-occurred_on">日期</a>：请填写日期，例如 2026-12-01' in found.text
    found = browser.post(f"{address}/decide", data={"_form": code, "reason": "不一致"})
    assert found.status_code == 422
    assert "更正须写明更正内容" in found.text
    found = browser.post(f"{address}/forward", data={"_form": code, "note": ""})
    assert found.status_code == 422
    assert 'aria-invalid="true"' in found.text
    assert town.case(ident).state is State.COMPARING


def test_money_of_a_record_is_put_right_in_yuan(town: Town, officer: Signed, visitor: FlaskClient) -> None:
    ident, browser = taken(town, officer), let_in(visitor, officer)
    address = f"{HOME}/{ident}"
    page = browser.get(address).text
    assert 'name="kind.fare_fen" value="money"' in page
    assert "4.00 元（按元填写）" in page
    sent = {"content.fare_fen": "3.5", "kind.fare_fen": "money", "reason": "不一致"}
    found = browser.post(f"{address}/decide", data={"_form": form_code(browser, address)} | sent)
    assert found.status_code == 303, found.text
    kept = town.kept(town.case(ident).record_id)
    assert kept is not None
    assert kept.content["fare_fen"] == 350


def test_the_page_of_a_case_has_the_whole_record_and_its_last_days(
    town: Town, officer: Signed, provider: Signed, visitor: FlaskClient
) -> None:
    record = town.record(
        public_until=datetime(2027, 3, 1, 16, tzinfo=UTC), query_until=datetime(2030, 3, 1, 16, tzinfo=UTC)
    )
    shown = town.bring_to(State.FORWARDED, record)
    bases = catalogue.items_by_code(town.deps, year=record.catalogue_year)[record.item_code].basis
    assert bases
    for reader in (officer, provider):
        found = let_in(visitor, reader).get(f"{HOME}/{shown.id}").text
        # Both end at 24:00 of the first of March, and are not shown on the second any more.
        assert ("2027年3月1日" in found, "2027年3月2日" in found) == (True, False)
        assert ("2030年3月1日" in found, "2030年3月2日" in found) == (True, False)
        assert "<dd>2025年3月1日</dd>" in found, "a day in the content reads as all other days"
        assert "2025-03-01</dd>" not in found
        assert f">{record.source.batch_id}</span> 第 {record.source.line} 行" in found
        assert all(f"{basis.document} {basis.article}" in found for basis in bases)
        for words in ("标注</h4>", "异议处理中", "系统即时标注"):
            assert (words in found) is (reader is officer)


def test_an_officer_reads_of_every_other_case_about_the_record_and_a_provider_does_not(
    town: Town, officer: Signed, provider: Signed, visitor: FlaskClient
) -> None:
    record = town.record()
    first = town.bring_to(State.WITHDRAWN, record)
    elsewhere = town.submit(town.record(doc_no="沪地铁罚〔2025〕2号"))
    second = town.bring_to(State.FORWARDED, record)
    browser = let_in(visitor, officer)
    found = browser.get(f"{HOME}/{second.id}").text
    assert f'href="{HOME}/{first.id}"' in found
    for other in (second, elsewhere):
        assert f'href="{HOME}/{other.id}"' not in found
    found = let_in(visitor, provider).get(f"{HOME}/{second.id}").text
    assert STATEMENT in found
    assert first.id not in found
    assert "其他案件" not in found


def test_a_clock_that_was_stopped_does_not_read_as_met(
    town: Town, officer: Signed, visitor: FlaskClient
) -> None:
    running, stopped = (
        town.bring_to(State.COMPARING),
        town.bring_to(State.WITHDRAWN, town.record(doc_no="2号")),
    )
    browser = let_in(visitor, officer)

    def line(ident: str) -> str:
        return browser.get(f"{HOME}/{ident}").text.partition("期限</h2>")[2].partition("</section>")[0]

    found = line(running.id)
    assert '<li class="running">' in found
    assert "还剩" in found
    assert "以后可能" in found
    assert "第二十九条" in found
    ended = {clock.state.value for clock in stopped.clocks}
    assert "stopped" in ended
    found = line(stopped.id)
    assert '<li class="off">' in found
    assert "不再需要" in found
    assert found.count("已完成") == sum(clock.state.value == "met" for clock in stopped.clocks)


def test_what_the_catalogue_lists_is_chosen_and_a_day_is_a_day(
    town: Town, officer: Signed, visitor: FlaskClient
) -> None:
    address, browser = f"{HOME}/{taken(town, officer)}", let_in(visitor, officer)
    page = browser.get(address).text
    assert '<select id="f-content.conduct"' in page
    assert '<option value="tailgating">尾随、翻越闸机</option>' in page
    assert '<input id="f-content.happened_on" name="content.happened_on" type="date"' in page
    sent = {"_form": form_code(browser, address), "reason": "不一致", "content.happened_on": "昨天"}
    found = browser.post(f"{address}/decide", data=sent)
    assert '<a href="#f-content.happened_on">发生日期</a>：' in found.text
    assert "须为日期，例如 2026-12-01" in found.text
    assert "happened_on”" not in found.text


def test_of_two_officers_the_second_is_told_who_has_it_and_may_take_over(
    town: Town, officer: Signed, visiting: Visiting
) -> None:
    shown = town.submit()
    address = f"{HOME}/{shown.id}"
    other = at_desk(town.deps, "song", Role.CASE_OFFICER)
    first = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    second = visiting(size=browsing.DESK).signed_in(other.tokens, "staff")
    first.open(address)
    second.open(address)
    first.page.click("text=受理并开始比对")
    first.page.wait_for_selector("text=数据一致")
    second.page.click("text=受理并开始比对")
    second.page.wait_for_selector("[data-refusal]")
    assert officer.name in second.text()
    assert second.page.locator("text=数据一致").count() == 0
    second.check()
    second.page.click("summary:has-text('接手这件异议')")
    second.page.fill("#f-reason", "同事休假")
    second.page.click(".act button:has-text('接手')")
    second.page.wait_for_selector("text=数据一致")
    assert town.case(shown.id).officer_id == other.id
    first.page.click("summary:has-text('数据一致')")
    first.page.fill("#f-note", "请核查")
    first.page.click("button:has-text('转交')")
    first.page.wait_for_selector("[data-refusal]")
    assert other.name in first.text()
    assert town.case(shown.id).state is State.COMPARING


def test_a_case_that_was_withdrawn_meanwhile_is_shown_as_it_is_now(
    town: Town, officer: Signed, visitor: FlaskClient
) -> None:
    ident, browser = taken(town, officer), let_in(visitor, officer)
    code = form_code(browser, f"{HOME}/{ident}")
    service.withdraw(town.deps, town.resident, objection_id=ident)
    found = browser.post(f"{HOME}/{ident}/forward", data={"_form": code, "note": "请核查"})
    assert found.status_code == 409
    assert "撤回" in found.text
    assert "请刷新后查看" in found.text
    assert "请核查" in found.text  # what was written is not lost


def test_a_provider_upholds(town: Town, provider: Signed, visiting: Visiting) -> None:
    shown = town.bring_to(State.FORWARDED)
    one = visiting().signed_in(provider.tokens, "staff")
    one.open(HOME)
    one.page.click("[data-row]")
    one.page.click("summary:has-text('答复：核查结论')")
    one.page.check("input[value=upheld]")
    one.page.fill("#f-explanation", "经核查，记录无误。")
    one.check()
    one.page.click("button:has-text('答复')")
    one.page.wait_for_selector("h1 + .badge:has-text('维持')")
    assert town.case(shown.id).state is State.UPHELD
    one.check()


def test_a_provider_corrects_and_a_correction_beside_upheld_is_refused(
    town: Town, provider: Signed, visitor: FlaskClient
) -> None:
    shown, browser = town.bring_to(State.FORWARDED), let_in(visitor, provider)
    address = f"{HOME}/{shown.id}"
    sent = {
        "_form": form_code(browser, address),
        "outcome": "upheld",
        "explanation": "经核查",
        "content.fare_fen": "300",
        "kind.fare_fen": "int",
    }
    assert browser.post(f"{address}/findings", data=sent).status_code == 422
    found = browser.post(f"{address}/findings", data=sent | {"outcome": "corrected"})
    assert (found.status_code, found.headers["Location"]) == (303, address)
    kept = town.kept(town.case(shown.id).record_id)
    assert kept is not None
    assert kept.content["fare_fen"] == 300


def test_another_units_provider_finds_nothing(town: Town, visitor: FlaskClient) -> None:
    shown = town.bring_to(State.FORWARDED)
    browser = let_in(visitor, at_desk(town.deps, "wen", Role.PROVIDER, "POLICE"))
    code = form_code(browser, HOME)
    found = browser.get(f"{HOME}/{shown.id}")
    assert found.status_code == 404
    assert STATEMENT not in found.text
    sent = {"_form": code, "outcome": "upheld", "explanation": "无误"}
    assert browser.post(f"{HOME}/{shown.id}/findings", data=sent).status_code == 404
    assert shown.id not in browser.get(HOME).text
    assert town.case(shown.id).state is State.FORWARDED


def test_evidence_is_saved_and_the_subject_reads_who_looked(
    town: Town, officer: Signed, visitor: FlaskClient
) -> None:
    shown = town.submit(uploads=[Upload("车票.pdf", made.small_pdf())])
    browser, address = let_in(visitor, officer), f"{HOME}/{shown.id}"
    code = form_code(browser, address)
    file = f"{address}/evidence/{shown.evidence[0].id}"
    assert browser.get(file).status_code == 403
    browser.post(f"{address}/compare", data={"_form": code})
    found = browser.get(file)
    assert found.data == made.small_pdf()
    assert found.headers["Content-Disposition"].startswith("attachment")
    looks = audit.looks(town.deps, town.resident.require_subject(), limit=10).items
    assert [(look.action, look.actor_name) for look in looks] == [
        ("evidence.read", officer.name),
        ("objections.read", officer.name),
    ]


def test_a_form_from_elsewhere_moves_nothing(town: Town, officer: Signed, visitor: FlaskClient) -> None:
    shown, browser = town.submit(), let_in(visitor, officer)
    assert browser.post(f"{HOME}/{shown.id}/compare", data={}).status_code == 403
    assert town.case(shown.id).state is State.MARKED


def test_overdue_and_state_narrow_the_list(town: Town, officer: Signed, visitor: FlaskClient) -> None:
    shown, browser = town.bring_to(State.FORWARDED), let_in(visitor, officer)
    assert shown.id in browser.get(f"{HOME}?state=forwarded").text
    assert shown.id in browser.get(f"{HOME}?queue=objections.forwarded").text
    assert shown.id not in browser.get(f"{HOME}?state=marked").text
    assert shown.id not in browser.get(f"{HOME}?overdue=1").text
    assert shown.id not in browser.get(f"{HOME}?unit=POLICE").text
