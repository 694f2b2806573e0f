"""The own report on a page: what it says, that it is written down first, and what its owner does from there."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.catalogue import service as catalogue
from backend.common.deps import Deps
from backend.records.model import Change, Mark, Record
from backend.reports import service
from schemas.terms import Category, Nature, Openness, RecordMark
from tests.backend.pages.conftest import Visiting
from tests.support import people
from tests.support.catalogue import publish
from tests.support.readers import Reader, enters, proved, reader
from tests.support.records import keep, make_record
from tests.support.world import START, Clock

OTHER = people.number_of("19780304", "004")
STATEMENT = "我当时不在现场"


@pytest.fixture
def me(deps: Deps) -> Reader:
    return reader(deps)


@pytest.fixture
def held(deps: Deps, me: Reader) -> tuple[Record, ...]:
    """One of each nature, the adverse one contested and public, with words that a page must not take for its own."""
    return keep(
        deps,
        make_record(
            subject_id=me.subject_id,
            title="<b>轨道交通</b>逃票信息 & 𠮷䶮",
            openness=Openness.PUBLIC,
            public_until=START + timedelta(days=40),
            content={"place": '"人民广场站"<script>', "story": "很长的说明" * 12},
            marks=(Mark(RecordMark.DISSENTED, START, statement=STATEMENT),),
            changes=(Change(START, "corrected", "更正了日期", "The date was corrected"),),
        ),
        make_record(
            subject_id=me.subject_id,
            nature=Nature.BASIC,
            severity=None,
            title="居住证登记",
            ended_on=None,
            query_until=None,
        ),
    )


def code_of(page: str) -> str:
    found = re.search(r'name="_form" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_words_of_any_kind_hold_in_every_look(
    visiting: Visiting, me: Reader, held: tuple[Record, ...]
) -> None:
    visiting().signed_in(me.tokens).check_each_look("/report")


def test_somebody_without_records_reads_that_this_is_not_bad(visiting: Visiting, me: Reader) -> None:
    one = visiting().signed_in(me.tokens)
    one.open("/report")
    assert "没有记录不等于信用不好" in one.page.inner_text(".grade")
    assert one.page.locator(".nature .none").count() == 3
    one.check()


def test_without_script_everything_of_the_report_is_read(
    visiting: Visiting, me: Reader, held: tuple[Record, ...]
) -> None:
    one = visiting(java_script_enabled=False).signed_in(me.tokens)
    one.open("/report")
    said = one.page.text_content("main") or ""
    for words in (
        people.NAME, "SH20261121-", "轨道交通</b>逃票信息 & 𠮷䶮", '"人民广场站"<script>', "很长的说明" * 12, STATEMENT,
        "更正了日期",
        "经核查仍有异议", "公开", "一般", "居住证登记", "《上海市社会信用条例》第三十五条", "2030年3月1日 24:00",
        "2026年12月31日 24:00",
        "第 2 行", "本人查询本人信用报告", "本年度已获取报告 1 次", "不会被拒绝", "本人核验有效至", "校验码",
    ):  # fmt: skip
        assert words in said, words
    assert people.NUMBER not in one.page.content()
    details = one.page.locator(f"#record-{held[0].id} details")
    details.locator("summary").last.click()
    assert details.locator("dl").last.is_visible()
    one.page.click(f"#record-{held[0].id} .acts a")
    assert one.page.url.endswith(f"/objections/new?record={held[0].id}")


def test_in_english_nothing_of_ours_is_left_in_chinese(visitor: FlaskClient, me: Reader) -> None:
    enters(visitor, me).set_cookie("lang", "en", domain="localhost")
    page = visitor.get("/report").text.replace(people.NAME, "")
    assert "No record is not a bad record." in page
    assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<button[^>]*>中文</button>", "", page)) == []


def test_one_page_is_one_look_written_down_before_the_data(
    deps: Deps, visitor: FlaskClient, me: Reader, held: tuple[Record, ...]
) -> None:
    page = enters(visitor, me).get("/report")
    (line,) = people.acts(deps, "reports.read")
    assert line["details"]["report_no"] in page.text
    assert (line["channel"], line["look"], line["subject_id"]) == ("page", True, me.subject_id)
    assert page.headers["Cache-Control"] == "no-store"


def test_loading_it_again_in_whatever_look_is_the_same_report(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader, held: tuple[Record, ...]
) -> None:
    first = number_and_address(enters(visitor, me).get("/report").text)
    clock.advance(minutes=2)
    code = code_of(visitor.get("/report").text)
    for choice in ({"lang": "en"}, {"size": "large"}, {"lang": "zh"}):
        visitor.post("/look", data={"_form": code, "next": "/report"} | choice)
        page = visitor.get("/report").text
        assert number_and_address(page) == first
    assert "同一份报告再次显示" in page
    assert "本年度已获取报告 1 次" in page
    assert "2026年11月21日 20:00" in page
    assert len(people.acts(deps, "reports.read")) == 1
    again = people.acts(deps, "reports.show_again")
    assert [(line["channel"], line["details"]["again"]) for line in again] == [("page", first[0])] * 4
    assert first[0] in visitor.get("/report.pdf").headers["Content-Disposition"]
    assert len(people.acts(deps, "reports.read")) == 1


def number_and_address(page: str) -> tuple[str, str]:
    number = re.search(r"SH[0-9]{8}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]", page)
    address = re.search(r'<p class="address"><a href="([^"]+)"', page)
    assert number is not None
    assert address is not None
    return number[0], address[1]


def test_a_proof_made_anew_makes_another_report(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader, held: tuple[Record, ...]
) -> None:
    first = number_and_address(enters(visitor, me).get("/report").text)
    clock.advance(minutes=1)
    enters(visitor, proved(deps, me))
    page = visitor.get("/report").text
    assert number_and_address(page)[0] != first[0]
    assert "本年度已获取报告 2 次" in page


def test_it_says_beforehand_that_showing_it_again_does_not_count(visitor: FlaskClient, me: Reader) -> None:
    page = enters(visitor, me).get("/report").text
    assert "同一份报告再次显示不另计次数" in page
    assert "这是同一份报告再次显示" not in page


def test_what_was_shown_before_is_not_shown_again_unwritten(
    deps: Deps, visitor: FlaskClient, me: Reader, held: tuple[Record, ...]
) -> None:
    assert enters(visitor, me).get("/report").status_code == 200
    deps.db.command("collMod", "audit_log", validator={"never_written": {"$exists": True}})
    try:
        page = visitor.get("/report")
    finally:
        deps.db.command("collMod", "audit_log", validator={})
    assert page.status_code == 503
    for secret in (people.NAME, "逃票", held[0].id, "居住证"):
        assert secret not in page.text


@pytest.mark.parametrize("path", ["/report", "/report/forgetting", "/report.pdf"])
def test_when_the_look_cannot_be_written_the_page_holds_nothing(
    deps: Deps, visitor: FlaskClient, me: Reader, held: tuple[Record, ...], path: str
) -> None:
    enters(visitor, me)
    deps.db.command("collMod", "audit_log", validator={"never_written": {"$exists": True}})
    try:
        page = visitor.get(path)
    finally:
        deps.db.command("collMod", "audit_log", validator={})
    assert page.status_code == 503
    assert page.mimetype == "text/html"
    for secret in (people.NAME, "逃票", held[0].id, "居住证"):
        assert secret not in page.text


@pytest.mark.parametrize(
    "path", ["/report", "/report.pdf", "/report/looks", "/report/forgetting", "/report/links"]
)
def test_nobody_reads_it_without_signing_in(visitor: FlaskClient, path: str) -> None:
    page = visitor.get(path)
    assert page.status_code == 303
    assert page.headers["Location"] == f"/login?next={path.replace('/', '%2F')}"


@pytest.mark.parametrize("path", ["/report", "/report.pdf", "/report/forgetting"])
def test_who_has_not_just_proved_it_is_led_to_that_and_back(
    deps: Deps, visitor: FlaskClient, clock: Clock, me: Reader, path: str
) -> None:
    enters(visitor, me)
    clock.advance(minutes=10)
    page = visitor.get(path)
    assert page.status_code == 303
    assert page.headers["Location"] == f"/verify-me?next={path.replace('/', '%2F')}"


def test_each_reads_the_own_report_and_no_other(
    deps: Deps, pages_app: Flask, visitor: FlaskClient, me: Reader, held: tuple[Record, ...]
) -> None:
    other = reader(deps, phone="13900002222", number=OTHER, name="李四")
    page = enters(visitor, other).get("/report").text
    assert "李四" in page
    for secret in (people.NAME, held[0].id, "逃票"):
        assert secret not in page
    code = code_of(page)
    answer = visitor.post(f"/report/withdrawals/{held[0].id}", data={"_form": code})
    assert answer.status_code == 404


def test_the_file_is_the_one_of_the_api_named_in_the_readers_language(
    visitor: FlaskClient, me: Reader, held: tuple[Record, ...]
) -> None:
    enters(visitor, me)
    found = visitor.get("/report.pdf")
    assert found.status_code == 200
    assert found.mimetype == "application/pdf"
    assert found.data.startswith(b"%PDF-")
    assert "filename*=UTF-8''%E4%B8%8A%E6%B5%B7" in found.headers["Content-Disposition"]
    by_api = visitor.get(
        "/api/v1/me/report.pdf", headers={"Authorization": f"Bearer {me.tokens.access_token}"}
    )
    assert by_api.data == found.data
    visitor.set_cookie("lang", "en", domain="localhost")
    assert "shanghai-credit-report" in visitor.get("/report.pdf").headers["Content-Disposition"]


def good_deed(deps: Deps, me: Reader, **more: Any) -> Record:
    publish(deps, people.COMMAND)
    item = next(one for one in catalogue.items_by_code(deps, year=2026).values() if one.withdrawable)
    deed = make_record(
        subject_id=me.subject_id,
        item_code=item.code,
        unit_code=item.unit_code,
        nature=Nature.OTHER,
        category=Category.PUBLIC_WELFARE,
        severity=None,
        title="志愿服务",
        occurred_on=date(2026, 3, 5),
        **more,
    )
    return keep(deps, deed)[0]


def test_a_good_deed_is_dropped_without_script_and_its_proof_shown(
    deps: Deps, visiting: Visiting, me: Reader, held: tuple[Record, ...]
) -> None:
    deed = good_deed(deps, me)
    one = visiting(java_script_enabled=False).signed_in(me.tokens)
    one.open("/report")
    assert one.page.locator("form[action^='/report/withdrawals/']").count() == 1
    card = one.page.locator(f"#record-{deed.id}")
    card.locator("summary").last.click()
    card.locator("button.danger").click()
    one.page.wait_for_url("**/report/removals")
    assert "应本人要求撤下" in one.text()
    assert deps.db["records"].count_documents({"_id": deed.id}) == 0
    one.open("/report")
    assert "志愿服务" not in (one.page.text_content(".nature >> nth=2") or "")


def test_what_cannot_be_dropped_is_refused_in_words(
    visitor: FlaskClient, me: Reader, held: tuple[Record, ...]
) -> None:
    code = code_of(enters(visitor, me).get("/report").text)
    path = f"/report/withdrawals/{held[0].id}"
    assert visitor.post(path, data={"_form": code}).status_code == 409
    assert visitor.post(path).status_code == 403


def test_a_report_of_the_page_is_found_authentic(deps: Deps, visitor: FlaskClient, me: Reader) -> None:
    page = enters(visitor, me).get("/report").text
    found = re.search(r'<img class="qr" src="(/verify/[^"]+)"', page)
    assert found is not None
    code = re.search(r'<p>校验码 <strong class="code">([\w-]{16})</strong></p>', page)
    assert code is not None
    assert found[1].endswith(f"code={code[1]}")
    picture = visitor.get(found[1].replace("&amp;", "&"))
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert len(picture.data) < 8_000
    assert b"<svg" in picture.data
    answer = visitor.get(found[1].replace("/qr.svg", ""))
    assert "真实" in answer.text
    assert me.subject_id not in answer.text
    assert service.access_log(deps, me.actor, limit=1).items[0].own
