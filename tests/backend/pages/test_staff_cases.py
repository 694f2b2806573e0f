"""The other cases of the console: restorations, contested checks, questions about looks, and the counter's codes."""

import pytest
from flask.testing import FlaskClient

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.eligibility import service as eligibility
from backend.evidence.model import Upload
from backend.identity import service as identity
from backend.reports import service as reports
from schemas.terms import Channel, ContestFinding, QuestionFinding, RestorationState, RippleCause, Role
from schemas.terms import ObjectionState as State
from tests.backend.eligibility.counter import Counter, make_counter
from tests.backend.eligibility.test_rippling import ripple
from tests.backend.evidence import made
from tests.backend.objections.town import make_town
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.console import at_desk, form_code, let_in
from tests.backend.restorations.conftest import PLEDGE, PROOF, Desk
from tests.support import browser as browsing
from tests.support.people import NUMBER, bound, resident


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return Desk(make_town(deps))


@pytest.fixture
def counter(deps: Deps) -> Counter:
    return make_counter(deps)


def contested(counter: Counter) -> str:
    person = counter.resident()
    counter.mar(person)
    check = counter.asked(person).check_id
    return eligibility.contest(counter.deps, person, check_id=check, statement="这条记录我已经补缴。").id


def asked(deps: Deps) -> tuple[Actor, str]:
    person = bound(deps)
    reports.summary(deps, person)
    entry = reports.access_log(deps, person, limit=1).items[0].id
    return person, reports.ask(deps, person, entry_id=entry, statement="这不是我").id


def test_a_restoration_from_acceptance_to_proof(desk: Desk, visiting: Visiting) -> None:
    deps = desk.deps
    shown = desk.apply(uploads=[Upload("缴款凭证.pdf", made.small_pdf())])
    officer = at_desk(deps, "lu", Role.CASE_OFFICER)
    one = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    one.open("/staff/restorations")
    one.page.keyboard.press("j")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(f"text={PLEDGE}")
    one.check()
    one.page.keyboard.press("1")
    one.page.keyboard.type("材料齐全")
    one.page.click("button:has-text('受理')")
    one.page.wait_for_selector("h1 + .badge:has-text('已受理')")
    assert desk.case(shown).state is RestorationState.ACCEPTED

    provider = at_desk(deps, "qin", Role.PROVIDER, "METRO")
    phone = visiting().signed_in(provider.tokens, "staff")
    address = f"/staff/restorations/{shown.id}"
    phone.open(address)
    phone.page.click("summary:has-text('出具修复结论')")
    phone.page.check("input[value=restored]")
    phone.page.fill("#f-explanation", "经核实，已履行全部义务。")
    phone.page.click("button:has-text('出具结论')")
    phone.page.wait_for_selector("[data-refusal]")
    assert phone.page.input_value("#f-explanation") == "经核实，已履行全部义务。"
    phone.check()
    phone.page.fill("#f-document_no", PROOF)
    phone.page.click("button:has-text('出具结论')")
    phone.page.wait_for_selector(f"text={PROOF}")
    assert desk.case(shown).state is RestorationState.RESTORED
    assert PLEDGE not in phone.text()
    phone.check()


def test_an_application_is_declined_once_and_the_second_is_told(desk: Desk, visitor: FlaskClient) -> None:
    shown = desk.apply()
    browser, address = (
        let_in(visitor, at_desk(desk.deps, "lu", Role.CASE_OFFICER)),
        f"/staff/restorations/{shown.id}",
    )
    code = form_code(browser, address)
    found = browser.post(f"{address}/decline", data={"_form": code, "reason": " "})
    assert (found.status_code, desk.case(shown).state) == (422, RestorationState.SUBMITTED)
    assert browser.post(f"{address}/decline", data={"_form": code, "reason": "缺少凭证"}).status_code == 303
    found = browser.post(f"{address}/accept", data={"_form": code, "note": "材料齐全"})
    assert found.status_code == 409
    assert "不予受理" in found.text
    assert "材料齐全" in found.text


def test_an_application_shows_the_objections_to_the_same_record_and_the_other_way_round(
    desk: Desk, visitor: FlaskClient
) -> None:
    record = desk.town.record()
    objection, shown = desk.town.bring_to(State.COMPARING, record), desk.apply(record)
    addresses = (f"/staff/objections/{objection.id}", f"/staff/restorations/{shown.id}")
    browser = let_in(visitor, at_desk(desk.deps, "lu", Role.CASE_OFFICER))
    for one, other in (addresses, addresses[::-1]):
        found = browser.get(one).text.partition("其他案件")[2].partition("</section>")[0]
        assert f'href="{other}"' in found
        assert f'href="{one}"' not in found


def test_another_units_application_is_not_found(desk: Desk, visitor: FlaskClient) -> None:
    shown = desk.bring_to(RestorationState.ACCEPTED)
    browser = let_in(visitor, at_desk(desk.deps, "wen", Role.PROVIDER, "POLICE"))
    code = form_code(browser, "/staff/restorations")
    assert browser.get(f"/staff/restorations/{shown.id}").status_code == 404
    sent = {"_form": code, "outcome": "refused", "explanation": "不符合条件"}
    assert browser.post(f"/staff/restorations/{shown.id}/proofs", data=sent).status_code == 404
    assert browser.post(f"/staff/restorations/{shown.id}/accept", data=sent).status_code == 403
    assert desk.case(shown).state is RestorationState.ACCEPTED


def test_evidence_of_an_application_is_saved_and_logged(desk: Desk, visitor: FlaskClient) -> None:
    shown = desk.apply(uploads=[Upload("缴款凭证.pdf", made.small_pdf())])
    officer = at_desk(desk.deps, "lu", Role.CASE_OFFICER)
    browser = let_in(visitor, officer)
    found = browser.get(f"/staff/restorations/{shown.id}/evidence/{shown.evidence[0].id}")
    assert found.data == made.small_pdf()
    (look,) = audit.looks(desk.deps, desk.town.resident.require_subject(), limit=9).items
    assert (look.action, look.actor_name) == ("evidence.read", officer.name)


def test_a_person_decides_about_a_check(counter: Counter, visiting: Visiting) -> None:
    ident = contested(counter)
    officer = at_desk(counter.deps, "lu", Role.CASE_OFFICER)
    one = visiting(size=browsing.DESK).signed_in(officer.tokens, "staff")
    one.open(f"/staff/contests/{ident}")
    assert "这条记录我已经补缴。" in one.text()
    one.page.keyboard.press("1")
    one.page.check("input[value=granted]")
    one.page.fill("#f-explanation", "已核实，同意免押。")
    one.check()
    one.page.click("button:has-text('答复')")
    one.page.wait_for_selector(".note.good")
    assert "2026年12月21日" in one.text()
    assert "这条记录我已经补缴。" not in one.text()
    one.check()
    one.open("/staff/contests")
    assert "没有符合条件" in one.text()
    one.check()


def test_a_record_that_changed_since_the_check_is_told_in_the_marks_of_each_language(
    counter: Counter, visitor: FlaskClient
) -> None:
    deps, person = counter.deps, counter.resident()
    record = counter.mar(person)
    ident = eligibility.contest(
        deps, person, check_id=counter.asked(person).check_id, statement="这条记录我已经补缴。"
    ).id
    ripple(deps, record, RippleCause.CORRECTED)
    browser = let_in(visitor, at_desk(deps, "lu", Role.CASE_OFFICER))
    for language, day in (("zh-CN", "（<time"), ("en", " (<time")):
        found = browser.get(f"/staff/contests/{ident}", headers={"Accept-Language": language}).text
        changed = found.partition('<div class="note wait"><p>')[2].partition("</p>")[0]
        assert day in changed
        assert ("（" in changed) is (language != "en")


def test_a_check_is_answered_once(counter: Counter, visitor: FlaskClient) -> None:
    ident, deps = contested(counter), counter.deps
    officer = at_desk(deps, "lu", Role.CASE_OFFICER)
    browser, address = let_in(visitor, officer), f"/staff/contests/{ident}"
    code = form_code(browser, address)
    assert browser.post(f"{address}/answer", data={"_form": code, "explanation": "已核实"}).status_code == 422
    acting = Actor(officer.id, Role.CASE_OFFICER, Channel.PAGE, "s", name="lu")
    eligibility.answer_contest(
        deps, acting, contest_id=ident, finding=ContestFinding.UPHELD, explanation="维持"
    )
    found = browser.post(
        f"{address}/answer", data={"_form": code, "finding": "granted", "explanation": "同意免押"}
    )
    assert found.status_code == 409
    assert "同意免押" in found.text
    assert browser.get("/staff/contests/nobody").status_code == 404


def test_an_auditor_answers_not_me(deps: Deps, visiting: Visiting) -> None:
    person, ident = asked(deps)
    auditor = at_desk(deps, "he", Role.AUDITOR)
    one = visiting(size=browsing.DESK).signed_in(auditor.tokens, "staff")
    one.open(f"/staff/questions/{ident}")
    assert "这不是我" in one.text()
    one.page.keyboard.press("1")
    one.page.check("input[value=own_account]")
    one.page.fill("#f-explanation", "该次查询来自您本人的账号。")
    one.page.click("button:has-text('答复')")
    one.page.wait_for_selector(".note.good")
    one.check()
    answered = reports.own_question(deps, person, question_id=ident)
    assert answered.finding is QuestionFinding.OWN_ACCOUNT
    looks = audit.looks(deps, person.require_subject(), limit=9).items
    assert next(look.actor_name for look in looks if look.action == "reports.question_look") == "he"


def test_an_auditor_may_not_answer_about_the_own_look(deps: Deps, visitor: FlaskClient) -> None:
    person, first = asked(deps)
    browser = let_in(visitor, at_desk(deps, "he", Role.AUDITOR))
    code = form_code(browser, f"/staff/questions/{first}")
    entry = reports.access_log(deps, person, limit=1).items[0].id
    own = reports.ask(deps, person, entry_id=entry, statement="这是谁").id
    sent = {"_form": code, "finding": "lawful", "explanation": "依法查询"}
    found = browser.post(f"/staff/questions/{own}/answer", data=sent)
    assert found.status_code == 409
    assert 'value="lawful" required checked' in found.text
    assert "依法查询" in found.text


def test_a_clerk_hands_out_a_code_that_works_once(deps: Deps, visiting: Visiting) -> None:
    person = bound(deps)
    clerk = at_desk(deps, "yan", Role.WINDOW_CLERK)
    one = visiting().signed_in(clerk.tokens, "staff")
    one.open("/staff/window-codes")
    one.page.fill("#f-id_number", NUMBER)
    one.page.click("main form .button")
    one.page.wait_for_selector(".code-large")
    one.check()
    code = one.page.inner_text(".code-large")
    assert one.page.input_value("#f-id_number") == ""
    assert one.page.is_visible("[data-print]")
    one.open("/staff/window-codes")
    assert one.page.locator(".code-large").count() == 0
    assert identity.redeem_window_code(deps, person, code=code).level.value == "verified"


def test_a_clerk_is_told_what_is_wrong_with_a_number(deps: Deps, visitor: FlaskClient) -> None:
    resident(deps)
    browser = let_in(visitor, at_desk(deps, "yan", Role.WINDOW_CLERK))
    code = form_code(browser, "/staff/window-codes")
    wrong = browser.post("/staff/window-codes", data={"_form": code, "id_number": NUMBER[:-1] + "9"})
    assert wrong.status_code == 422
    assert "code-large" not in wrong.text
    unknown = browser.post("/staff/window-codes", data={"_form": code, "id_number": "11010519491231002X"})
    assert unknown.status_code == 404
    assert 'value="11010519491231002X"' in unknown.text
    assert browser.post("/staff/window-codes", data={"id_number": NUMBER}).status_code == 403


def test_who_may_not_be_there_is_told_so(deps: Deps, visitor: FlaskClient) -> None:
    browser = let_in(visitor, at_desk(deps, "tang", Role.DATA_STEWARD))
    for room in ("restorations", "contests", "questions", "window-codes"):
        assert browser.get(f"/staff/{room}").status_code == 403
