"""Objections and restorations by hand, in a real browser: nothing that was written or chosen is lost, and every look holds."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route

from backend.common.deps import Deps
from backend.restorations import service as restorations
from schemas.terms import ObjectionState as State
from tests.backend.evidence import made
from tests.backend.objections.town import STATEMENT
from tests.backend.pages.casework import Case, make_case
from tests.backend.pages.conftest import Visiting
from tests.support.browser import Visit
from tests.support.forms import empty_file
from tests.support.pictures import picture
from tests.support.world import Clock

SENT = "[data-sending]:not([hidden])"
TOLD = "[data-said]:not([hidden])"
DRAFTS = "Object.keys(sessionStorage).filter((name) => name.includes(':draft:')).length"


@pytest.fixture
def case(deps: Deps) -> Case:
    return make_case(deps)


@pytest.fixture
def one(case: Case, visiting: Visiting) -> Visit:
    """The person's phone, just after proving to be them."""
    return case.signed_in(visiting())


def file(name: str, content: bytes, kind: str = "") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def write(one: Visit, record_id: str) -> None:
    one.open(f"/objections/new?record={record_id}")
    one.page.check("input[value=error_or_omission]")
    one.page.fill("#f-statement", STATEMENT)


def send(one: Visit) -> None:
    one.page.click("form[data-case] button.wide")


def test_words_changed_after_they_were_sent_wait_where_they_can_be_added(case: Case, one: Visit) -> None:
    """As after the browser's button: the form stands there whole, and has been sent."""
    one.expect("/objections/new")  # refuses what was changed after it was sent
    write(one, case.town.record().id)
    first = "fetch(location, {method: 'POST', body: new FormData(document.querySelector('form[data-case]'))})"
    one.page.evaluate(f"{first}.then((answer) => answer.status)")
    one.page.fill("#f-statement", "票价其实是 4 元。")
    send(one)
    one.page.wait_for_selector(TOLD)
    assert "这次的改动没有提交" in one.page.inner_text(TOLD)
    one.page.click("text=把改动作为补充提交")
    one.page.wait_for_selector("#f-note")
    assert one.page.input_value("#f-note").endswith("票价其实是 4 元。")
    send(one)
    one.page.wait_for_url("**?done=evidence")
    assert "票价其实是 4 元。" in one.text()
    assert one.page.evaluate(DRAFTS) == 1  # of the form that was left


def test_a_resident_objects_with_a_photograph(case: Case, one: Visit, tmp_path: Path) -> None:
    photo = picture("obama.jpg")
    record = case.town.record()
    one.open("/objections")
    one.page.click("text=选择一条记录提出异议")
    one.page.click(f"text={record.title}")
    one.page.wait_for_load_state()  # a draft is kept, and files are listed, when the script is there
    one.page.check("input[value=error_or_omission]")
    one.page.fill("#f-statement", STATEMENT)
    assert one.page.evaluate(DRAFTS) == 1
    one.page.set_input_files("#f-camera", str(photo))
    assert photo.name in one.page.inner_text("[data-chosen]")
    one.check()
    send(one)
    one.page.wait_for_url("**?done=submit")
    assert one.page.evaluate(DRAFTS) == 0
    assert "已收到" in one.text()
    one.page.click(".timeline summary >> nth=1")
    assert "第二十九条" in one.page.inner_text(".timeline > li >> nth=1")
    one.check()
    with one.page.expect_download() as saved:
        one.page.click("a.file")
    saved.value.save_as(tmp_path / "saved.jpg")
    assert (tmp_path / "saved.jpg").read_bytes() == photo.read_bytes()
    assert saved.value.suggested_filename == photo.name


def test_sending_shows_how_far_it_is_and_can_be_stopped(case: Case, one: Visit) -> None:
    held: list[Route] = []
    one.page.route(
        "**/objections/new?*",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    write(one, case.town.record().id)
    send(one)
    one.page.wait_for_selector(f"{SENT} progress")
    assert one.page.is_disabled("form[data-case] button.wide")
    one.check()
    one.page.click("[data-stop]")
    one.page.wait_for_selector(TOLD)
    assert "已停止" in one.page.inner_text(TOLD)
    assert one.page.is_hidden("[data-sending]")
    one.page.unroute("**/objections/new?*")
    send(one)
    one.page.wait_for_url("**?done=submit")
    one.said.clear()  # the browser itself tells of the request that was stopped
    assert len(held) == 1


def test_what_cannot_be_taken_is_said_before_anything_is_sent(case: Case, one: Visit, tmp_path: Path) -> None:
    write(one, case.town.record().id)
    choose = one.page.set_input_files
    choose("#f-evidence", [file("a.txt", b"text", "text/plain"), file("leer.pdf", b"")])
    assert "a.txt 不是 PDF" in one.page.inner_text("[data-file-fault]")
    assert "leer.pdf 是空文件" in one.page.inner_text("[data-file-fault]")
    choose("#f-evidence", [empty_file(tmp_path / "big.jpg", 10 * 1024 * 1024 + 1)])
    assert "big.jpg 超过 10 MB" in one.page.inner_text("[data-file-fault]")
    assert one.page.is_hidden("[data-chosen]")
    choose("#f-evidence", [file(f"{n}.png", made.picture("PNG"), "image/png") for n in range(4)])
    choose("#f-evidence", [file(f"{n}.png", made.picture("PNG"), "image/png") for n in range(4, 8)])
    assert one.page.locator("[data-chosen] li").count() == 6
    assert one.page.inner_text("[data-file-fault]").count("最多 6 个") == 2
    assert one.page.is_disabled("#f-evidence")
    one.check()
    one.page.click("[data-chosen] button >> nth=0")
    assert one.page.locator("[data-chosen] li").count() == 5
    assert one.page.is_enabled("#f-evidence")


def test_faults_of_files_are_joined_as_the_language_joins_them(case: Case, one: Visit) -> None:
    files = [file("a.txt", b"text", "text/plain"), file("b.txt", b"text", "text/plain")]
    record = case.town.record()
    for language, between in (("zh", "；b.txt"), ("en", "; b.txt")):
        one.prefers(lang=language)
        one.open(f"/objections/new?record={record.id}")
        one.page.set_input_files("#f-evidence", files)
        assert between in one.page.inner_text("[data-file-fault]")


def test_what_is_refused_leaves_words_and_files_where_they_are(case: Case, one: Visit) -> None:
    one.expect("/objections/new")
    write(one, case.town.record().id)
    one.page.set_input_files("#f-evidence", [file("bad.jpg", b"no picture", "image/jpeg")])
    one.page.set_input_files("#f-evidence", [file("good.pdf", made.small_pdf(), "application/pdf")])
    send(one)
    one.page.wait_for_selector(TOLD)
    assert "第 1 个文件不是 PDF" in one.page.inner_text(TOLD)
    assert one.page.evaluate("document.activeElement.hasAttribute('data-said')")
    assert one.page.input_value("#f-statement") == STATEMENT
    one.check()
    one.page.click("[aria-label='移除 bad.jpg']")
    one.page.fill("#f-statement", " ")
    send(one)
    one.page.wait_for_selector("#e-statement:not([hidden])")
    assert one.page.inner_text("[data-said] li") == "说说情况：请填写"
    assert one.page.get_attribute("[data-said] a", "href") == "#f-statement"
    one.page.fill("#f-statement", STATEMENT)
    send(one)
    one.page.wait_for_url("**?done=submit")
    assert "good.pdf" in one.text()


def test_a_proof_that_ran_out_is_renewed_beside_what_was_written(
    case: Case, one: Visit, clock: Clock
) -> None:
    one.expect("/objections/new")
    write(one, case.town.record().id)
    one.page.set_input_files("#f-evidence", [file("good.pdf", made.small_pdf(), "application/pdf")])
    clock.advance(minutes=11)
    send(one)
    one.page.wait_for_selector(TOLD)
    assert "/verify-me?next=/objections/new%3Frecord%3D" in (
        one.page.get_attribute(f"{TOLD} a", "href") or ""
    )
    assert one.page.get_attribute(f"{TOLD} a", "target") == "_blank"
    one.check()
    case.prove_again(one)
    send(one)
    one.page.wait_for_url("**?done=submit")
    assert "good.pdf" in one.text()


def test_a_draft_survives_a_reload_in_this_tab_alone(case: Case, one: Visit) -> None:
    record = case.town.record()
    write(one, record.id)
    one.page.reload()
    assert one.page.input_value("#f-statement") == STATEMENT
    assert "已恢复" in one.page.inner_text("[data-draft]")
    other = one.context.new_page()
    other.goto(one.page.url)
    assert other.input_value("#f-statement") == ""
    one.page.evaluate("sessionStorage.clear()")


def test_signing_out_leaves_no_draft_behind(case: Case, one: Visit) -> None:
    write(one, case.town.record().id)
    assert one.page.evaluate(DRAFTS) == 1
    one.page.evaluate(
        """() => {
        const form = document.createElement("form");
        Object.assign(form, {method: "post", action: "/logout"});
        form.append(document.querySelector("input[name=_form]").cloneNode());
        document.body.append(form);
        form.requestSubmit();
        }"""
    )
    one.page.wait_for_url(one.home + "/")
    assert one.page.evaluate(DRAFTS) == 0


def test_a_supplement_and_then_taking_it_back(case: Case, one: Visit) -> None:
    shown = case.town.bring_to(State.SUPPLEMENT_REQUESTED)
    one.open("/objections")
    one.page.click("text=需要您补充材料")
    one.page.click("text=现在补充材料")
    one.page.wait_for_load_state()
    one.page.fill("#f-note", "附上凭证")
    one.page.set_input_files("#f-evidence", [file("凭证.pdf", made.small_pdf(), "application/pdf")])
    one.page.click("text=提交补充")
    one.page.wait_for_url("**?done=evidence")
    assert "比对中" in one.page.inner_text(".standing")
    one.page.click("text=撤回这件异议")
    one.page.wait_for_url("**/withdraw")
    one.check()
    one.page.click("text=确认撤回")
    one.page.wait_for_url("**?done=withdraw")
    assert case.town.case(shown).state is State.WITHDRAWN


def test_without_a_script_everything_is_there(case: Case, visiting: Visiting) -> None:
    one = case.signed_in(visiting(java_script_enabled=False))
    write(one, case.town.record().id)
    one.page.set_input_files("#f-evidence", [file("a.pdf", made.small_pdf(), "application/pdf")])
    send(one)
    one.page.wait_for_url("**?done=submit")
    assert "a.pdf" in one.text()
    one.page.click(".timeline summary >> nth=0")
    assert "第三十六条" in one.text()
    one.page.click("text=撤回这件异议")
    one.page.click("text=确认撤回")
    one.page.wait_for_url("**?done=withdraw")


def test_an_application_for_restoration(case: Case, one: Visit) -> None:
    case.town.record()
    one.open("/restorations")
    one.page.click("text=看看哪些记录可以修复")
    one.page.click("text=轨道交通逃票信息")
    one.page.wait_for_load_state()
    one.page.fill("#f-pledge", "已补缴，今后依规乘车。")
    one.page.set_input_files("#f-evidence", [file("a.png", made.picture("PNG"), "image/png")])
    send(one)
    one.page.wait_for_url("**?done=submit")
    assert "已提交，待决定是否受理" in one.text()
    (found,) = restorations.mine(case.town.deps, case.town.resident, limit=5).items
    assert len(found.evidence) == 1
