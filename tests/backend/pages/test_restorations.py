"""The pages of restorations without a script, as the test client asks for them."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.restorations import service
from schemas.terms import Nature, Severity
from schemas.terms import RestorationState as State
from tests.backend.evidence import made
from tests.backend.pages.casework import Case, fields, make_case
from tests.backend.restorations.conftest import EXPLAINED, PLEDGE, PROOF, Desk
from tests.support.forms import form
from tests.support.world import Clock


@pytest.fixture
def case(deps: Deps) -> Case:
    return make_case(deps)


@pytest.fixture
def desk(case: Case) -> Desk:
    return Desk(case.town)


@pytest.fixture
def own(case: Case, visitor: FlaskClient) -> FlaskClient:
    """The person's browser, just after proving to be them."""
    return case.in_client(visitor)


def count(case: Case) -> int:
    return case.town.deps.db["restorations"].count_documents({})


def test_who_has_nothing_is_told_of_the_right(own: FlaskClient) -> None:
    assert "可以申请修复" in own.get("/restorations").text
    assert "没有需要修复的内容" in own.get("/restorations/new").text


def test_who_has_not_signed_in_or_proved_enough_is_led_to_it(case: Case, visitor: FlaskClient) -> None:
    assert visitor.get("/restorations").headers["Location"] == "/login?next=%2Frestorations"
    found = case.in_client(visitor, case.weaker).get("/restorations/new")
    assert found.headers["Location"] == "/verify-me?next=%2Frestorations%2Fnew"


def test_each_adverse_record_says_whether_it_may_be_asked_for(case: Case, own: FlaskClient) -> None:
    town = case.town
    ready, taken = town.record(), town.record()
    early = town.record(occurred_on=date(2026, 11, 1), ended_on=date(2026, 11, 1), severity=Severity.SERIOUS)
    good = town.record(nature=Nature.OTHER, title="志愿服务信息")
    opened = Desk(town).apply(taken)
    page = own.get("/restorations/new").text
    assert f'href="/restorations/new?record={ready.id}"' in page
    assert f'href="/restorations/{opened.id}"' in page
    assert "自 2027年11月1日 起方可申请修复" in page
    assert good.title not in page
    assert own.get(f"/restorations/new?record={taken.id}").headers["Location"] == f"/restorations/{opened.id}"
    told = own.get(f"/restorations/new?record={early.id}").text
    assert "自 2027年11月1日 起方可申请修复" in told
    assert "<textarea" not in told
    assert "/report/forgetting" in told
    assert "无需修复" in own.get(f"/restorations/new?record={good.id}").text


def test_an_application_without_a_script_comes_with_its_files(case: Case, own: FlaskClient) -> None:
    record = case.town.record()
    path = f"/restorations/new?record={record.id}"
    page = own.get(path).text
    for word in ("2026年11月25日", "2026年12月4日", "3 个工作日", "10 个工作日"):
        assert word in page
    body = fields(page, pledge=PLEDGE, evidence=[(made.picture("PNG"), "缴款.png")])
    answer = own.post(path, **form(body))
    page = own.get(answer.headers["Location"]).text
    for word in ("已收到", PLEDGE, "缴款.png", record.title, "信用修复申请受理决定", "转引，待核对"):
        assert word in page
    (address,) = re.findall(r'href="(/restorations/[^"]+/evidence/[^"]+)"', page)
    assert own.get(address).mimetype == "image/png"
    assert own.post(path, **form(body)).headers["Location"] == answer.headers["Location"]
    assert count(case) == 1


def test_a_form_that_was_corrected_after_it_was_sent_is_not_taken_for_the_first(
    case: Case, own: FlaskClient
) -> None:
    path = f"/restorations/new?record={case.town.record().id}"
    sent = fields(own.get(path).text, pledge=PLEDGE)
    first = own.post(path, data=sent).headers["Location"]
    assert own.post(path, data=sent).headers["Location"] == first
    answer = own.post(path, data=sent | {"pledge": "改写的承诺"})
    assert answer.status_code == 409
    for word in ("这次的改动没有提交", ">改写的承诺</textarea>", f'href="{first.partition("?")[0]}"'):
        assert word in answer.text
    assert count(case) == 1


def test_what_cannot_be_taken_is_told_and_the_pledge_kept(case: Case, own: FlaskClient) -> None:
    record = case.town.record()
    path = f"/restorations/new?record={record.id}"
    page = own.get(path).text
    assert own.post(path, data=fields(page, pledge=" ")).status_code == 422
    wrong = own.post(path, **form(fields(page, pledge=PLEDGE, evidence=[(b"text", "a.png")])))
    assert wrong.status_code == 415
    assert PLEDGE in wrong.text
    opened = Desk(case.town).apply(record)
    late = own.post(path, data=fields(page, pledge=PLEDGE))
    assert late.status_code == 409
    assert f'href="/restorations/{opened.id}"' in late.text


def test_a_proof_that_ran_out_while_writing_loses_no_word(case: Case, own: FlaskClient, clock: Clock) -> None:
    path = f"/restorations/new?record={case.town.record().id}"
    page = own.get(path).text
    clock.advance(minutes=11)
    answer = own.post(path, data=fields(page, pledge=PLEDGE))
    assert answer.status_code == 403
    assert PLEDGE in answer.text
    assert "/verify-me?next=%2Frestorations%2Fnew" in answer.text


def test_somebody_elses_record_and_case_are_not_there(case: Case, own: FlaskClient) -> None:
    town = case.town
    record = town.record(subject_id=town.stranger.subject_id, title="别人的记录")
    theirs = service.apply(town.deps, town.stranger, record_id=record.id, pledge="别人的承诺")
    paths = (f"new?record={record.id}", theirs.id, f"{theirs.id}/withdraw", f"{theirs.id}/evidence/x")
    for path in (f"/restorations/{one}" for one in paths):
        found = own.get(path)
        assert found.status_code == 404
        assert "别人" not in found.text
    sent = fields(own.get("/restorations").text)
    assert own.post(f"/restorations/{theirs.id}/withdraw", data=sent).status_code == 404


def test_the_decision_is_shown_with_its_reasons(own: FlaskClient, desk: Desk) -> None:
    for state, words in (
        (State.RESTORED, ("修复成功", EXPLAINED, PROOF, "不提供查询")),
        (State.REFUSED, ("没有同意", EXPLAINED)),
        (State.DECLINED, ("没有受理", "缺少凭证")),
    ):
        shown = desk.bring_to(state)
        page = own.get(f"/restorations/{shown.id}").text
        for word in words:
            assert word in page
        assert f"/restorations/{shown.id}/withdraw" not in page
    assert own.get("/restorations").text.count("card") >= 3


def test_before_a_proof_no_word_is_shown(case: Case, visitor: FlaskClient, desk: Desk) -> None:
    shown = desk.bring_to(State.ACCEPTED)
    page = case.in_client(visitor, case.weaker).get(f"/restorations/{shown.id}").text
    assert "信用修复结果反馈" in page
    for word in (PLEDGE, "材料齐全", "轨道交通逃票信息"):
        assert word not in page
    withdraw = visitor.get(f"/restorations/{shown.id}/withdraw").text
    assert "/verify-me?next=" in withdraw
    assert "确认撤回" not in withdraw


def test_taking_back_tells_first_what_it_means(own: FlaskClient, desk: Desk) -> None:
    shown = desk.apply()
    before = own.get(f"/restorations/{shown.id}/withdraw").text
    assert "所有期限停止" in before
    answer = own.post(f"/restorations/{shown.id}/withdraw", data=fields(before))
    assert "已撤回" in own.get(answer.headers["Location"]).text
    assert desk.case(shown).state is State.WITHDRAWN
    assert "不能再撤回" in own.get(f"/restorations/{shown.id}/withdraw").text
    late = own.post(f"/restorations/{shown.id}/withdraw", data=fields(before))
    assert late.status_code == 409
    assert "目前为“已撤回”" in late.text


def test_a_form_that_is_not_ours_does_nothing(own: FlaskClient, desk: Desk) -> None:
    shown = desk.apply()
    for path in ("new", f"{shown.id}/withdraw"):
        assert own.post(f"/restorations/{path}", data={"pledge": PLEDGE}).status_code == 403
    assert desk.case(shown).state is State.SUBMITTED
