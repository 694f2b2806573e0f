"""The resident's own corner: level and ways on, language, consents, the copy, signing out everywhere, and closing."""

import json

import pytest
from flask.testing import FlaskClient

from backend.accounts import service as accounts
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.identity import service as identity
from backend.registry import service as registry
from tests.backend.pages.conftest import Visiting
from tests.backend.pages.test_home import code_of
from tests.backend.pages.test_proving import agree, bound, known
from tests.support import people, residents
from tests.support.residents import Resident


@pytest.fixture
def one(deps: Deps) -> Resident:
    """Bound, with a photograph on file and the consent given."""
    made = bound(deps)
    people.enrol(deps, made.actor)
    agree(deps, made.actor)
    return made


def sent(visitor: FlaskClient, path: str, **fields: str) -> str:
    """The page after the form, wherever it led."""
    form = {"_form": code_of(visitor.get("/me").text), **fields}
    return visitor.post(path, data=form, follow_redirects=True).text


def test_the_corner_shows_a_masked_phone_and_the_step_that_is_next(deps: Deps, visitor: FlaskClient) -> None:
    known(visitor, residents.sign_in(deps))
    page = visitor.get("/me").text
    assert residents.PHONE not in page
    assert "139****1111" in page
    assert "/identity?next=/me" in page
    assert "/verify-me?next=/me" not in page
    known(visitor, bound(deps))
    page = visitor.get("/me").text
    assert "/identity?next=/me" not in page
    assert "/verify-me?next=/me" in page


def test_a_proof_is_shown_with_its_end(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    people.verified(deps, one.actor)
    known(visitor, one)
    page = visitor.get("/me").text
    assert page.count("有效至") >= 2
    assert "/verify-me?next=/me" not in page


def test_the_language_of_messages_is_kept(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    known(visitor, one)
    assert "已保存消息的语言" in sent(visitor, "/me/language", language="en")
    assert accounts.profile(deps, one.actor).language == "en"
    form = {"_form": code_of(visitor.get("/me").text), "language": "fr"}
    assert visitor.post("/me/language", data=form).status_code == 422
    assert accounts.profile(deps, one.actor).language == "en"


def test_a_withdrawal_erases_the_template_and_says_so(
    deps: Deps, one: Resident, visitor: FlaskClient
) -> None:
    known(visitor, one)
    (consent,) = identity.list_consents(deps, one.actor)
    page = visitor.get("/me/consents").text
    assert consent.notice_text is not None
    assert consent.notice_text.zh in page
    after = sent(visitor, f"/me/consents/{consent.id}/withdraw")
    assert "人脸模板已删除" in after
    assert "已撤回" in after
    assert not registry.has_face(deps, one.actor.require_subject())


def test_after_a_withdrawal_the_face_comes_back_only_by_agreeing_anew_and_says_so(
    deps: Deps, one: Resident, visitor: FlaskClient
) -> None:
    known(visitor, one)
    (consent,) = identity.list_consents(deps, one.actor)
    sent(visitor, f"/me/consents/{consent.id}/withdraw")
    ways = visitor.get("/verify-me").text
    assert "不会自行恢复" in ways
    assert "重新同意</a>" in ways
    notice = visitor.get("/verify-me/face").text
    assert "留存一张新照片" in notice
    assert "摄像头还没有打开" not in notice
    agreed = sent(
        visitor, "/verify-me/consent", purpose=consent.purpose.value, notice_version=consent.notice_version
    )
    assert "您已重新同意" in agreed
    assert "重新同意</a>" not in agreed
    assert identity.live_consent(deps, one.actor.require_subject(), consent.purpose) is not None
    assert not registry.has_face(deps, one.actor.require_subject())


def test_somebody_elses_consent_is_not_found(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    (consent,) = identity.list_consents(deps, one.actor)
    other = people.bound(deps, phone="13900002222", number=people.number_of("19780304", "004"), name="王小明")
    del other
    known(visitor, residents.sign_in(deps, "13900002222"))
    form = {"_form": code_of(visitor.get("/me").text)}
    for forged in (consent.id, "x"):
        assert visitor.post(f"/me/consents/{forged}/withdraw", data=form).status_code == 404
    assert identity.list_consents(deps, one.actor) == (consent,)


def test_the_copy_is_a_file_and_is_masked_until_proved(
    deps: Deps, one: Resident, visitor: FlaskClient
) -> None:
    known(visitor, one)
    assert "会打码" in visitor.get("/me/data").text
    found = visitor.get("/me/data.json")
    assert "attachment" in found.headers["Content-Disposition"]
    assert json.loads(found.text)["profile"]["masked"] is True
    people.verified(deps, one.actor)
    assert "会打码" not in visitor.get("/me/data").text
    assert json.loads(visitor.get("/me/data.json").text)["profile"]["name"] == people.NAME


def test_signing_out_everywhere_keeps_this_device(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    lost = residents.sign_in(deps)
    known(visitor, one)
    assert "其他设备上的登录都已退出" in sent(visitor, "/me/sign-out-everywhere")
    with pytest.raises(ServiceError):
        residents.authenticate(deps, lost.tokens.access_token)
    assert visitor.get("/me").status_code == 200


def test_an_account_is_closed_only_by_the_typed_word(deps: Deps, one: Resident, visitor: FlaskClient) -> None:
    known(visitor, one)
    for word in ("", "好", "注"):
        assert "请输入“注销”" in sent(visitor, "/me/close", word=word)
    assert "账号已注销" in sent(visitor, "/me/close", word=" 注销 ")
    with pytest.raises(ServiceError):
        residents.authenticate(deps, one.tokens.access_token)
    assert not registry.has_face(deps, one.actor.require_subject())
    assert visitor.get("/me").headers["Location"] == "/login?next=%2Fme"


def test_in_english_another_word_is_typed(one: Resident, visitor: FlaskClient) -> None:
    visitor.set_cookie("lang", "en", domain="localhost")
    known(visitor, one)
    assert "type: CLOSE" in visitor.get("/me/close").text
    assert "The account is closed" in sent(visitor, "/me/close", word="close")


@pytest.mark.parametrize(
    "path", ["/me/language", "/me/sign-out-everywhere", "/me/close", "/me/consents/x/withdraw"]
)
def test_a_form_without_our_code_does_nothing(one: Resident, visitor: FlaskClient, path: str) -> None:
    known(visitor, one)
    assert visitor.post(path, data={"word": "注销", "language": "en"}).status_code == 403


@pytest.mark.parametrize("path", ["/me", "/me/consents", "/me/data", "/me/data.json", "/me/close"])
def test_who_has_not_signed_in_is_led_to_it(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("name", "number", "told"),
    [
        (people.NAME, people.NUMBER[:-1] + ("0" if people.NUMBER[-1] != "0" else "1"), "身份证号码："),
        ("王小明", people.NUMBER, "不一致"),
        (people.NAME, people.number_of("20150101", "011"), "未满 18 周岁"),
        (people.NAME, people.NUMBER, "已绑定其他账号"),
        ("", people.NUMBER, "姓名：请填写"),
    ],
    ids=["mistyped", "no match", "minor", "taken", "empty"],
)
def test_what_is_wrong_with_a_name_or_number_is_told_on_top_of_the_form(
    deps: Deps, one: Resident, visiting: Visiting, name: str, number: str, told: str
) -> None:
    visit = visiting().signed_in(residents.sign_in(deps, "13900002222").tokens)
    visit.open("/identity?next=/me")
    visit.page.evaluate("document.querySelector('main form').noValidate = true")
    visit.page.fill("#f-name", name)
    visit.page.fill("#f-id_number", number)
    visit.page.click("main .card button")
    visit.page.wait_for_selector("[data-refusal]")
    assert told in visit.text()
    assert visit.page.input_value("#f-name") == name
    visit.check()
