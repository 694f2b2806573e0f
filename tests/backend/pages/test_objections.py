"""The pages of objections without a script, as the test client asks for them: what they show, and what they refuse."""

import re
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.common.deps import Deps
from backend.objections import service
from schemas.terms import ObjectionGround
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT
from tests.backend.pages.casework import Case, fields, hidden, make_case
from tests.support import residents
from tests.support.forms import form
from tests.support.people import acts, together
from tests.support.world import Clock

WORDS = {"ground": "error_or_omission", "statement": STATEMENT}


@pytest.fixture
def case(deps: Deps) -> Case:
    return make_case(deps)


@pytest.fixture
def own(case: Case, visitor: FlaskClient) -> FlaskClient:
    """The person's browser, just after proving to be them."""
    return case.in_client(visitor)


def count(case: Case) -> int:
    return case.town.deps.db["objections"].count_documents({})


@pytest.mark.parametrize(
    "path", ["/objections", "/objections/new", "/objections/x", "/objections/x/withdraw"]
)
def test_who_has_not_signed_in_is_led_to_it_and_back(visitor: FlaskClient, path: str) -> None:
    found = visitor.get(path)
    assert found.status_code == 303
    assert found.headers["Location"] == f"/login?next={path.replace('/', '%2F')}"


def test_who_has_not_bound_a_name_is_led_to_it(deps: Deps, visitor: FlaskClient) -> None:
    tokens = residents.sign_in(deps, "13900002222").tokens
    visitor.set_cookie("citizen_access", tokens.access_token, domain="localhost")
    assert visitor.get("/objections").headers["Location"] == "/identity?next=%2Fobjections"


def test_who_has_not_proved_enough_is_led_to_it_before_a_record_is_shown(
    case: Case, visitor: FlaskClient
) -> None:
    record = case.town.record()
    case.in_client(visitor, case.weaker)
    for path in ("/objections/new", f"/objections/new?record={record.id}"):
        found = visitor.get(path)
        assert found.status_code == 303
        assert found.headers["Location"].startswith("/verify-me?next=%2Fobjections%2Fnew")
        assert record.title not in found.text


def test_who_has_nothing_is_told_of_the_right(own: FlaskClient) -> None:
    assert "您有权提出" in own.get("/objections").text
    assert "没有记录不等于信用不好" in own.get("/objections/new").text


def test_the_open_cases_stand_first_and_say_what_is_asked(case: Case, own: FlaskClient) -> None:
    for state in (State.SUPPLEMENT_REQUESTED, State.UPHELD, State.MARKED, State.WITHDRAWN):
        case.town.bring_to(state)
    page = own.get("/objections").text
    assert page.index("正在办理") < page.index("需要您补充材料") < page.index("已经结束")
    assert page.index("可以留下声明") < page.index("已经结束") < page.index("异议已撤回")
    assert "还剩 2 个工作日" in page


def test_a_long_list_goes_on(case: Case, own: FlaskClient) -> None:
    """More than one page holds: the way on leads to the rest, and nothing is shown twice."""
    case.town.deps.db["limits"].delete_many({})
    ids = {case.town.submit().id for _ in range(31)}
    first = own.get("/objections").text
    (onward,) = re.findall(r'href="(/objections\?cursor=[^"]+)"', first)
    rest = own.get(onward).text
    shown = [re.findall(r'href="/objections/([0-9a-z]{26})"', page) for page in (first, rest)]
    assert [len(one) for one in shown] == [30, 1]
    assert {*shown[0], *shown[1]} == ids


def test_a_record_with_an_open_case_leads_to_it(case: Case, own: FlaskClient) -> None:
    record, free = case.town.record(), case.town.record()
    opened = case.town.submit(record)
    page = own.get("/objections/new").text
    assert f'href="/objections/{opened.id}"' in page
    assert f'href="/objections/new?record={free.id}"' in page
    found = own.get(f"/objections/new?record={record.id}")
    assert found.headers["Location"] == f"/objections/{opened.id}"


def test_the_form_foretells_the_clocks_of_today(case: Case, own: FlaskClient) -> None:
    page = own.get(f"/objections/new?record={case.town.record().id}").text
    for word in ("异议标注", "2026年11月23日", "第三十六条", "信息提供单位核查并答复", "5 个工作日"):
        assert word in page
    assert page.count('type="radio"') == 3
    assert page.count("例如：") == 3


@pytest.mark.parametrize("path", ["/objections/nothing", "/objections/nothing/withdraw"])
def test_a_case_that_is_not_there_is_not_found(own: FlaskClient, path: str) -> None:
    assert own.get(path).status_code == 404


def test_somebody_elses_case_and_record_are_not_there(case: Case, own: FlaskClient) -> None:
    town = case.town
    record = town.record(subject_id=town.stranger.subject_id, title="别人的记录")
    theirs = service.submit(
        town.deps,
        town.stranger,
        record_id=record.id,
        ground=ObjectionGround.ERROR_OR_OMISSION,
        statement="别人的话",
        uploads=(),
    )
    paths = [
        f"/objections/{theirs.id}",
        f"/objections/{theirs.id}/withdraw",
        f"/objections/{theirs.id}/evidence/x",
        f"/objections/new?record={record.id}",
    ]
    for path in paths:
        found = own.get(path)
        assert found.status_code == 404
        assert "别人" not in found.text
    sent = fields(own.get("/objections").text)
    for move in ("withdraw", "evidence", "dissent"):
        answer = own.post(
            f"/objections/{theirs.id}/{move}", data=sent | {"statement": "我不服", "note": "有"}
        )
        assert answer.status_code in (404, 422)
    posted = own.post("/objections/new", data=sent | WORDS | {"record_id": record.id})
    assert posted.status_code == 404
    assert count(case) == 1


def test_an_objection_without_a_script_comes_with_its_files(case: Case, own: FlaskClient) -> None:
    record = case.town.record()
    path = f"/objections/new?record={record.id}"
    photo = made.picture("JPEG")
    body = fields(own.get(path).text, **WORDS, evidence=[(photo, "收据.jpg"), (b"", "")])
    answer = own.post(path, **form(body))
    assert answer.status_code == 303
    page = own.get(answer.headers["Location"]).text
    for word in ("已收到", STATEMENT, "收据.jpg", record.title, "异议处理中"):
        assert word in page
    (address,) = re.findall(r'href="(/objections/[^"]+/evidence/[^"]+)"', page)
    saved = own.get(address)
    assert (saved.data, saved.mimetype) == (photo, "image/jpeg")
    assert saved.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ground": ""}, '<a href="#e-ground">哪里不对？</a>：请选择'),
        ({"statement": "  "}, '<a href="#f-statement">说说情况</a>：请填写'),
        ({"statement": "长" * 2001}, "2000"),
    ],
    ids=["ground", "blank", "long"],
)
def test_what_is_missing_is_told_and_every_word_kept(
    case: Case, own: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    path = f"/objections/new?record={case.town.record().id}"
    answer = own.post(path, data=fields(own.get(path).text, **WORDS | wrong))
    assert answer.status_code == 422
    assert "请检查标出的项目" in answer.text
    assert said in answer.text
    assert (wrong.get("statement") or STATEMENT) in answer.text
    assert count(case) == 0


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ([(made.small_pdf(), f"{n}.pdf") for n in range(7)], 422, "最多可提交 6 个文件"),
        ([(b"just words", "words.jpg")], 415, "第 1 个文件不是 PDF、JPEG、PNG 或 HEIC 文件"),
        ([(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "big.jpg")], 413, "第 1 个文件超过 10 MB"),
        ([(b"", "nothing.pdf")], 422, "第 1 个文件是空的"),
    ],
    ids=["many", "kind", "large", "empty"],
)
def test_files_that_cannot_be_taken_are_told_and_the_words_kept(
    case: Case, own: FlaskClient, files: list[tuple[bytes, str]], code: int, said: str
) -> None:
    path = f"/objections/new?record={case.town.record().id}"
    answer = own.post(path, **form(fields(own.get(path).text, **WORDS, evidence=files)))
    assert answer.status_code == code
    for word in (said, STATEMENT, "选过的文件需要重新选择"):
        assert word in answer.text
    assert count(case) == 0


def test_a_form_heavier_than_all_files_may_be_is_a_page(case: Case, own: FlaskClient) -> None:
    path = f"/objections/new?record={case.town.record().id}"
    heavy = [(bytes(10 * 1024 * 1024), f"{n}.jpg") for n in range(7)]
    answer = own.post(path, **form(fields(own.get(path).text, **WORDS, evidence=heavy)))
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert count(case) == 0


def test_a_form_that_was_corrected_after_it_was_sent_is_not_taken_for_the_first(
    case: Case, own: FlaskClient
) -> None:
    """Back, another word, sent again: nothing is dropped behind "received", and the words can be added to the case."""
    path = f"/objections/new?record={case.town.record().id}"
    sent = fields(own.get(path).text, **WORDS)
    first = own.post(path, data=sent).headers["Location"]
    assert own.post(path, data=sent).headers["Location"] == first
    at = first.partition("?")[0]
    for changed in ({"statement": "票价其实是 4 元。"}, {"ground": "privacy_or_secret"}):
        answer = own.post(path, data=sent | changed)
        assert answer.status_code == 409
        assert "已经提交过；这次的改动没有提交" in answer.text
        assert "已收到" not in answer.text.split("<h1>")[1].split("<section")[0]
        assert changed.get("statement", STATEMENT) in answer.text
    assert "更正（" in answer.text
    more = fields(answer.text, note="更正：票价其实是 4 元。")
    assert more["_once"] != sent["_once"]
    own.post(f"{at}/evidence", data=more)
    assert "更正：票价其实是 4 元。" in own.get(at).text
    assert count(case) == 1


def test_a_file_that_was_added_after_a_form_was_sent_is_not_dropped(case: Case, own: FlaskClient) -> None:
    path = f"/objections/new?record={case.town.record().id}"
    photo, other = made.picture("JPEG"), made.small_pdf()
    page = own.get(path).text

    def send(*files: tuple[bytes, str]) -> int:
        return own.post(path, **form(fields(page, **WORDS, evidence=list(files)))).status_code

    assert send((photo, "收据.jpg")) == 303
    assert send((photo, "收据.jpg")) == 303
    assert send() == 303  # a browser that went back has forgotten its files
    assert send((photo, "收据.jpg"), (other, "票.pdf")) == 409


def test_another_addition_under_the_same_word_stands_in_its_form(case: Case, own: FlaskClient) -> None:
    path = f"/objections/{case.town.submit().id}"
    sent = fields(own.get(path).text, note="补充甲")
    assert own.post(f"{path}/evidence", data=sent).status_code == 303
    assert own.post(f"{path}/evidence", data=sent).status_code == 303
    answer = own.post(f"{path}/evidence", data=sent | {"note": "补充乙"})
    assert answer.status_code == 409
    assert ">补充乙</textarea>" in answer.text
    assert "改动没有提交" in answer.text
    own.post(f"{path}/evidence", data=fields(answer.text, note="补充乙"))
    page = own.get(path).text
    assert "补充甲" in page
    assert "补充乙" in page


def test_a_script_is_told_that_a_form_was_changed_and_gets_another_word(case: Case, own: FlaskClient) -> None:
    path = f"/objections/new?record={case.town.record().id}"
    sent = fields(own.get(path).text, **WORDS)
    script = {"Accept": "application/json"}
    assert own.post(path, data=sent, headers=script).status_code == 200
    told = own.post(path, data=sent | {"statement": "改过"}, headers=script)
    assert (told.status_code, told.json["reason"]) == (409, "idempotency.mismatch")
    assert told.json["more"].endswith("改过")
    assert told.json["data"]["objection_id"]
    assert told.json["once"] != sent["_once"]


def test_one_open_already_is_named_with_the_way_to_it(case: Case, own: FlaskClient) -> None:
    record = case.town.record()
    path = f"/objections/new?record={record.id}"
    page = own.get(path).text
    opened = case.town.submit(record)
    answer = own.post(path, data=fields(page, **WORDS))
    assert answer.status_code == 409
    assert f'href="/objections/{opened.id}"' in answer.text
    assert STATEMENT in answer.text


def test_a_proof_that_ran_out_while_writing_loses_no_word(case: Case, own: FlaskClient, clock: Clock) -> None:
    record = case.town.record()
    path = f"/objections/new?record={record.id}"
    page = own.get(path).text
    clock.advance(minutes=11)
    answer = own.post(path, data=fields(page, **WORDS))
    assert answer.status_code == 403
    assert STATEMENT in answer.text
    assert record.title not in answer.text
    assert f"/verify-me?next=%2Fobjections%2Fnew%3Frecord%3D{record.id}" in answer.text
    assert fields(answer.text)["_once"] == fields(page)["_once"]


def test_a_script_is_told_the_same_as_facts(case: Case, own: FlaskClient) -> None:
    record = case.town.record()
    path = f"/objections/new?record={record.id}"
    page = own.get(path).text
    script = {"Accept": "application/json", "X-Form-Code": hidden(page, "_form")}
    sent = {"record_id": record.id, "_once": "a"} | WORDS
    wrong = own.post(path, data=sent | {"ground": ""}, headers=script)
    assert (wrong.status_code, list(wrong.json["faults"])) == (422, ["ground"])
    taken = own.post(path, data=sent, headers=script)
    assert taken.json["go"].startswith("/objections/")
    again = own.post(path, data=sent | {"_once": "b"}, headers=script)
    assert (again.status_code, again.json["reason"]) == (409, "objections.already_open")
    assert again.json["data"]["objection_id"] in taken.json["go"]
    assert (
        len(acts(case.town.deps, "objections.choose")) == 1
    )  # the form that was opened; a script is shown no record


@pytest.mark.parametrize("onces", [("same", "same"), ("one", "two")])
def test_two_who_send_at_once_open_one_case(case: Case, pages_app: Flask, onces: tuple[str, str]) -> None:
    """The same form sent twice ends at the same case; two forms about one record: the later one is told of the first."""
    record = case.town.record()
    path = f"/objections/new?record={record.id}"
    client = case.in_client(pages_app.test_client())
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    sent = fields(client.get(path).text, **WORDS)
    cookie = client.get_cookie("form")
    assert cookie is not None

    def send(once: str) -> tuple[int, str | None]:
        other = case.in_client(pages_app.test_client())
        other.set_cookie("form", cookie.value, domain="localhost")
        answer = other.post(path, data=sent | {"_once": once}, headers={"Accept": "text/html"})
        return answer.status_code, answer.headers.get("Location")

    answers = together([partial(send, once) for once in onces])
    assert count(case) == 1
    if onces[0] == onces[1]:
        assert answers[0] == answers[1]
        assert answers[0][0] == 303
    else:
        assert sorted(code for code, _ in answers) == [303, 409]


@pytest.mark.parametrize("state", [State.MARKED, State.SUPPLEMENT_REQUESTED, State.UPHELD, State.WITHDRAWN])
def test_a_case_offers_what_may_be_done_and_no_more(case: Case, own: FlaskClient, state: State) -> None:
    shown = case.town.bring_to(state)
    page = own.get(f"/objections/{shown.id}").text
    (found,) = service.mine(case.town.deps, case.town.resident, limit=5).items
    offered = {act for act in ("evidence", "dissent", "withdraw") if f'/objections/{shown.id}/{act}"' in page}
    assert offered == {{"add_evidence": "evidence"}.get(act, act) for act in found.may}


def test_before_a_proof_no_word_is_shown_and_the_clocks_are(case: Case, visitor: FlaskClient) -> None:
    record = case.town.record()
    shown = case.town.bring_to(State.SUPPLEMENT_REQUESTED, record)
    page = case.in_client(visitor, case.weaker).get(f"/objections/{shown.id}").text
    assert "待您补充材料" in page
    assert "异议标注" in page
    for word in (record.title, STATEMENT, "凭证"):
        assert word not in page
    assert f'href="/verify-me?next=/objections/{shown.id}"' in page
    assert f'action="/objections/{shown.id}/evidence"' not in page


def test_a_timeline_says_what_is_done_runs_rests_and_may_come(case: Case, own: FlaskClient) -> None:
    shown = case.town.bring_to(State.SUPPLEMENT_REQUESTED)
    page = own.get(f"/objections/{shown.id}").text
    looks = re.findall(r'<li class="(done|running|paused|late|off|next)">', page)
    assert looks == ["done", "done", "paused", "paused", "running", "next", "next"]
    for word in ("已完成", "已暂停", "还剩 10 个工作日", "以后可能", "11月23日", "等待补正，暂停计时"):
        assert word in page


def test_a_late_clock_and_a_suspended_record_are_said(
    deps: Deps, case: Case, visitor: FlaskClient, clock: Clock
) -> None:
    shown = case.town.bring_to(State.FORWARDED)
    clock.advance(days=7)
    case.in_client(visitor, residents.sign_in(deps).tokens)
    page = visitor.get(f"/objections/{shown.id}").text
    assert '<li class="late">' in page
    assert "已逾期" in page
    assert "这条记录已暂停查询" in page
    assert "这条记录已暂停查询" in visitor.get("/objections").text


def test_a_clock_over_the_new_year_is_said_to_be_provisional(
    deps: Deps, case: Case, visitor: FlaskClient, clock: Clock
) -> None:
    clock.advance(days=39)
    shown = case.town.bring_to(State.FORWARDED)
    page = case.in_client(visitor, residents.sign_in(deps).tokens).get(f"/objections/{shown.id}").text
    assert "暂定" in page
    assert "公布后重新计算" in page


def test_a_supplement_is_sent_and_the_clocks_run_on(case: Case, own: FlaskClient) -> None:
    shown = case.town.bring_to(State.SUPPLEMENT_REQUESTED)
    page = own.get(f"/objections/{shown.id}").text
    assert "请您补充" in page
    body = fields(page, note="已附上", evidence=[(made.small_pdf(), "凭证.pdf")])
    answer = own.post(f"/objections/{shown.id}/evidence", **form(body))
    page = own.get(answer.headers["Location"]).text
    for word in ("补充已收到", "比对中", "凭证.pdf", "已附上"):
        assert word in page
    assert case.town.case(shown).state is State.COMPARING
    own.post(f"/objections/{shown.id}/evidence", **form(body))
    assert len(case.town.case(shown).events) == 5


def test_nothing_to_add_is_told_at_the_form(case: Case, own: FlaskClient) -> None:
    shown = case.town.submit()
    sent = fields(own.get(f"/objections/{shown.id}").text)
    answer = own.post(f"/objections/{shown.id}/evidence", data=sent)
    assert answer.status_code == 422
    assert "请附上证明材料或文字说明" in answer.text
    assert '<details class="card" open>' in answer.text


@pytest.mark.parametrize(
    ("state", "move", "name"),
    [(State.SUPPLEMENT_REQUESTED, "evidence", "note"), (State.UPHELD, "dissent", "statement")],
)
def test_a_proof_that_ran_out_at_a_case_loses_no_word(
    case: Case, own: FlaskClient, clock: Clock, state: State, move: str, name: str
) -> None:
    shown = case.town.bring_to(state)
    sent = fields(own.get(f"/objections/{shown.id}").text, **{name: "我写了很久"})
    clock.advance(minutes=11)
    answer = own.post(f"/objections/{shown.id}/{move}", data=sent)
    assert answer.status_code == 403
    assert "我写了很久</textarea>" in answer.text
    assert f"/verify-me?next=%2Fobjections%2F{shown.id}" in answer.text


def test_a_dissent_stands_with_the_record(case: Case, own: FlaskClient) -> None:
    shown = case.town.bring_to(State.UPHELD)
    page = own.get(f"/objections/{shown.id}").text
    assert "处理结论" in page
    assert "已核查" in page
    sent = fields(page)
    empty = own.post(f"/objections/{shown.id}/dissent", data=sent | {"statement": " "})
    assert empty.status_code == 422
    answer = own.post(f"/objections/{shown.id}/dissent", data=sent | {"statement": "我没有收到决定书。"})
    page = own.get(answer.headers["Location"]).text
    assert "声明已附在记录旁边" in page
    assert page.count("我没有收到决定书。") == 2
    late = own.post(f"/objections/{shown.id}/dissent", data=sent | {"statement": "再说一次"})
    assert late.status_code == 409
    for word in ("不能进行此项操作", "再说一次"):
        assert word in late.text


def test_taking_back_tells_first_what_it_means(case: Case, own: FlaskClient) -> None:
    shown = case.town.submit()
    before = own.get(f"/objections/{shown.id}/withdraw").text
    assert "标注取消" in before.replace("随即", "")
    assert case.town.case(shown).state is State.MARKED
    answer = own.post(f"/objections/{shown.id}/withdraw", data=fields(before))
    assert "已撤回" in own.get(answer.headers["Location"]).text
    assert case.town.case(shown).state is State.WITHDRAWN
    assert "不能再撤回" in own.get(f"/objections/{shown.id}/withdraw").text
    assert own.post(f"/objections/{shown.id}/withdraw", data=fields(before)).status_code == 409


def test_a_form_that_is_not_ours_does_nothing(case: Case, own: FlaskClient) -> None:
    shown = case.town.submit()
    for path in ("new", f"{shown.id}/withdraw", f"{shown.id}/evidence", f"{shown.id}/dissent"):
        assert own.post(f"/objections/{path}", data=WORDS).status_code == 403
    assert case.town.case(shown).state is State.MARKED
