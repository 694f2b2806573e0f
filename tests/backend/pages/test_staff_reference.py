"""The catalogue and the working days in the console."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from backend.calendars import service as calendars
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.desk import service as desk
from backend.pages.staff.calendars import days_of, spans
from schemas.terms import CaseKind, Role
from tests.backend.desk.test_service import STEWARD, asked, due
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import Signed, at_desk, form_code, let_in
from tests.support import browser as browsing
from tests.support.calendars import DAYS_OF_2027
from tests.support.people import COMMAND

__all__ = ("asked",)
CALENDARS, CATALOGUE = "/staff/calendars", "/staff/catalogue"
TYPED = {
    "holidays": "2027-01-01..2027-01-05\n2027-02-05 至 2027-02-11，2027-04-05\n2027-05-01~2027-05-05 2027-06-09;"
    "2027-09-15\n2027-10-01..2027-10-07",
    "make_up_days": "",
    "source": "国办发明电〔2026〕1号",
}


@pytest.fixture
def steward(deps: Deps) -> Signed:
    return at_desk(deps, "tang", Role.DATA_STEWARD)


@pytest.fixture
def published(deps: Deps) -> Deps:
    units, items = catalogue.demonstration()
    catalogue.import_units(deps, COMMAND, rows=units)
    catalogue.import_catalogue(deps, COMMAND, year=2026, rows=items)
    return deps


def test_a_year_is_looked_at_and_put_in(
    deps: Deps, asked: Actor, steward: Signed, visiting: Visiting
) -> None:
    one = visiting(size=browsing.DESK).signed_in(steward.tokens, "staff")
    one.open(CALENDARS)
    one.page.click("a:has-text('录入 2027 年')")
    for name, text in TYPED.items():
        one.page.fill(f"#f-{name}", text)
    one.page.click("button:has-text('预览变动')")
    one.page.wait_for_selector("text=尚未写入")
    assert "2027年2月11日" in one.text()
    one.check()
    assert calendars.calendar(deps).is_provisional(2027)
    one.page.click("button:has-text('确认录入')")
    one.page.wait_for_selector("text=2027 年已录入")
    one.check()
    assert due(deps, asked) == date(2027, 1, 14)
    assert one.page.inner_text(f"dt:has-text('{CaseKind.QUESTION.zh}') + dd") == "1"
    one.open(CALENDARS)
    assert "国办发明电〔2026〕1号" in one.text()
    phone = visiting().signed_in(steward.tokens, "staff")
    phone.open(CALENDARS)
    phone.check_looks()


def test_a_preview_says_in_english_that_the_year_becomes_final(
    deps: Deps, steward: Signed, visitor: FlaskClient
) -> None:
    browser, address = let_in(visitor, steward), f"{CALENDARS}/2027"
    sent = {"_form": form_code(browser, address), "act": "check", "replaces": "0"} | TYPED
    found = browser.post(address, data=sent, headers={"Accept-Language": "en"})
    assert "it becomes final once it is put in" in found.text


def test_what_is_wrong_with_a_year_is_told_and_what_was_typed_stays(
    deps: Deps, steward: Signed, visitor: FlaskClient
) -> None:
    browser, address = let_in(visitor, steward), f"{CALENDARS}/2027"
    sent = {"_form": form_code(browser, address), "act": "put", "replaces": "0"} | TYPED
    found = browser.post(address, data=sent | {"holidays": "2027-01-01..2027-13-05"})
    assert found.status_code == 422
    assert "2027-01-01..2027-13-05" in found.text
    found = browser.post(address, data=sent | {"make_up_days": "2027-01-06"})
    assert found.status_code == 422
    assert "调休上班日须为周六或周日" in found.text
    desk.put_year(deps, STEWARD, **DAYS_OF_2027)
    found = browser.post(address, data=sent)
    assert found.status_code == 409
    assert "已由他人更新为第 1 版" in found.text
    assert TYPED["source"] in found.text
    assert calendars.tables(deps, STEWARD).items[-1].version == 1


def test_who_keeps_no_calendars_reads_them(deps: Deps, visitor: FlaskClient) -> None:
    browser = let_in(visitor, at_desk(deps, "lu", Role.CASE_OFFICER))
    assert "录入 2027 年" not in browser.get(CALENDARS).text
    assert browser.get(f"{CALENDARS}/2027").status_code == 403
    sent = {"_form": form_code(browser, CALENDARS), "act": "put"} | TYPED
    assert browser.post(f"{CALENDARS}/2027", data=sent).status_code == 403


def test_the_catalogue_is_searched_and_an_item_read(published: Deps, visiting: Visiting) -> None:
    reader = at_desk(published, "lu", Role.CASE_OFFICER)
    one = visiting(size=browsing.DESK).signed_in(reader.tokens, "staff")
    one.open(CATALOGUE)
    one.check()
    one.page.fill("#f-q", "逃票")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**q=*")
    assert "METRO-P-01" in one.text()
    one.page.click("text=轨道交通逃票信息")
    one.page.wait_for_url("**/items/METRO-P-01*")
    assert "fare_fen" in one.text()


@pytest.mark.parametrize(
    ("code", "said"),
    [("METRO-P-01", "发生当日即终止"), ("HRSS-P-03", "尚未终止"), ("COURT-P-02", None)],
)
def test_an_adverse_item_says_what_becomes_of_a_record_without_an_end(
    published: Deps, visitor: FlaskClient, code: str, said: str | None
) -> None:
    browser = let_in(visitor, at_desk(published, "lu", Role.CASE_OFFICER))
    shown = browser.get(f"{CATALOGUE}/items/{code}").text
    assert [words for words in ("发生当日即终止", "尚未终止") if words in shown] == ([said] if said else [])
    assert ("未报终止日期的" in shown) is (said is not None)


def test_the_catalogue_narrows_and_what_is_not_there_is_not_found(
    published: Deps, visitor: FlaskClient
) -> None:
    browser = let_in(visitor, at_desk(published, "lu", Role.CASE_OFFICER))
    assert "METRO-P-01" in browser.get(f"{CATALOGUE}?nature=adverse&openness=restricted").text
    assert "METRO-P-01" not in browser.get(f"{CATALOGUE}?openness=public").text
    assert "没有符合条件的事项" in browser.get(f"{CATALOGUE}?q=nothing+like+it").text
    assert browser.get(f"{CATALOGUE}/items/NO-SUCH").status_code == 404
    assert browser.get(f"{CATALOGUE}?year=1999").status_code == 404


def test_days_are_typed_one_by_one_or_as_spans() -> None:
    assert days_of(" 2027-01-01 ~ 2027-01-03、2027-02-05;\n2027-10-01至2027-10-02 ") == [
        "2027-01-01",
        "2027-01-02",
        "2027-01-03",
        "2027-02-05",
        "2027-10-01",
        "2027-10-02",
    ]
    assert days_of("2027-01-03..2027-01-01") == ["2027-01-03..2027-01-01"]
    assert days_of("2027-01-01..9027-01-01") == ["2027-01-01..9027-01-01"]
    first, third, fourth = date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 4)
    assert spans([fourth, first, third]) == [(first, first), (third, fourth)]
