"""What is wrong with a form: at each box in words for people, and on top with a link to it under the name that the box has."""

from datetime import datetime
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields, validate

from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError, invalid
from backend.pages import boxes, forms
from schemas.base import SPEAKING, BeijingTime, RequestSchema, TermField
from schemas.places import PlaceCreate
from schemas.terms import Audience
from schemas.text import Text
from tests.support import people, residents


class Inner(RequestSchema):
    title = fields.String(validate=validate.Length(1, 3))


class Asked(RequestSchema):
    """A field of each kind."""

    name = fields.String(required=True, validate=validate.Length(1, 64))
    kinds = fields.List(fields.String(), required=True, validate=validate.Length(1, 12))
    audience = TermField(Audience, required=True)
    ends_at = BeijingTime()
    day = fields.Date()
    days = fields.Integer(strict=True, validate=validate.Range(1, 9))
    price_fen = fields.Integer(strict=True)
    inner = fields.Nested(Inner)


FINE = {"name": "王", "kinds": ["a"], "audience": "self"}


def told(field: str, value: Any, language: Any = "zh") -> str:
    """What stands at the box."""
    mark = SPEAKING.set(language)
    try:
        with Flask("test").test_request_context(method="POST", data={}):
            return forms.read_values(Asked, FINE | {field: value}).faults[field]
    finally:
        SPEAKING.reset(mark)


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ("name", "", "请填写", "Please fill this in"),
        ("name", None, "请填写", "Please fill this in"),
        ("name", "长" * 65, "长度应在 1 到 64 之间", "Length must be between 1 and 64."),
        ("kinds", [], "请选择", "Please choose"),
        ("audience", "", "请选择", "Please choose"),
        ("audience", "all", "请从列出的选项中选择", "Please choose one of those listed"),
        ("ends_at", "明天", "请填写日期和时间，例如 2026-12-01 09:00", None),
        ("ends_at", "2026-12-01", "请填写日期和时间，例如 2026-12-01 09:00", None),
        ("day", "昨天", "请填写日期，例如 2026-12-01", None),
        ("days", "", "请填写", None),
        ("days", "9" * 13, "数字过大", "This number is too large"),
        ("days", "三", "应为整数", None),
        ("price_fen", "99999999999", "数字过大", None),
        ("price_fen", "1.505", "请填写金额，最多两位小数", None),
    ],
)
def test_a_box_says_what_a_person_can_do(field: str, value: Any, zh: str, en: str | None) -> None:
    assert told(field, value) == zh
    if en is not None:
        assert told(field, value, "en") == en


def test_what_was_not_chosen_at_all_is_to_be_chosen() -> None:
    with Flask("test").test_request_context(method="POST", data={}):
        found = forms.read_values(Asked, {}).faults
    assert found == {"name": "请填写", "kinds": "请选择", "audience": "请选择"}


def test_a_body_within_the_body_tells_at_its_own_boxes() -> None:
    with Flask("test").test_request_context(method="POST", data={"title": "长长长长"}):
        found = forms.read_values(Asked, FINE | {"inner": {"title": "长长长长"}}).faults
    assert found == {"title": "长度应在 1 到 3 之间"}


def test_a_day_and_time_may_be_typed_with_a_blank() -> None:
    with Flask("test").test_request_context(method="POST", data={**FINE, "ends_at": "2026-12-01 09:00"}):
        read = forms.read(Asked)
    assert read.values["ends_at"] == datetime.fromisoformat("2026-12-01T09:00+08:00")


def faults_of(error: ma.ValidationError) -> dict[str, Any]:
    assert isinstance(error.messages, dict)
    return error.messages


def test_the_api_says_of_an_empty_text_that_it_is_empty() -> None:
    for value in ("", "  "):
        with pytest.raises(ma.ValidationError) as found:
            PlaceCreate().load({"name": value})
        assert faults_of(found.value)["name"] == [Text("请填写", "Please fill this in")]


def test_a_latitude_speaks_of_its_own_bounds() -> None:
    with pytest.raises(ma.ValidationError) as found:
        PlaceCreate().load({"lat": 200})
    (said,) = faults_of(found.value)["lat"]
    assert said.zh == "纬度应在 -90 到 90 之间"


PAGE = (
    f"{boxes.SUMMARY}"
    '<label for="f-b">乙 <span class="soft small">（选填）</span></label><input id="f-b">'
    '<p class="fault" id="e-b">“b”过长 &lt;</p>'
    '<fieldset><legend>丙</legend><p class="fault" id="e-c">请选择</p></fieldset>'
    '<label for="f-d">丁</label><p class="fault" id="e-d" hidden></p>'
)


def test_the_summary_names_boxes_as_the_page_does() -> None:
    form = forms.Form(faults={"b": "“b”过长 <", "c": "请选择", "elsewhere": "两者不合"})
    found = boxes.told(PAGE, form, None)
    assert (
        '<ul><li><a href="#f-b">乙</a>：“乙”过长 &lt;</li><li><a href="#e-c">丙</a>：请选择</li><li>两者不合</li></ul>'
        in found
    )
    assert "“b”" not in found
    assert boxes.SUMMARY not in found


def test_a_refusal_is_told_at_the_boxes_it_is_about() -> None:
    form = forms.Form(typed={"a": "1", "content.paid": "x"})
    boxes.mark(
        form, invalid("x.wrong", [("a", Text("太长", "too long")), ("tiers.0.value", Text("太少", "few"))])
    )
    boxes.mark(form, ServiceError(Kind.INVALID, "x.unfit", "不对", "wrong", data={"field": "paid"}))
    boxes.mark(form, ServiceError(Kind.CONFLICT, "x.other", "不行", "no"))
    assert form.faults == {"a": "太长", "tiers": "太少", "content.paid": "不对"}


def form_code(browser: FlaskClient, path: str) -> str:
    return browser.get(path).text.partition('name="_form" value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("phone", "said"), [("", "请填写"), ("abc", "请填写11位中国大陆手机号码")], ids=["empty", "letters"]
)
def test_a_phone_that_is_none_is_told_at_its_box(visitor: FlaskClient, phone: str, said: str) -> None:
    found = visitor.post("/login", data={"_form": form_code(visitor, "/login"), "phone": phone})
    assert found.status_code == 422
    assert f'<p class="fault" id="e-phone">{said}' in found.text
    assert f'<a href="#f-phone">手机号</a>：{said}' in found.text
    assert 'aria-invalid="true"' in found.text
    assert "长度应在" not in found.text


def test_half_of_what_is_to_be_verified_is_asked_for(deps: Deps, visitor: FlaskClient) -> None:
    for path in ("/verify?number=SH1&code=", "/verify/SH20261121-7K3M-9Q2W-8CXP-T"):
        found = visitor.get(path)
        assert found.status_code == 422
        assert '<a href="#f-code">校验码</a>：请再填写校验码' in found.text
    assert '<a href="#f-number">报告编号</a>：请再填写报告编号' in visitor.get("/verify?code=x").text
    assert "data-refusal" not in visitor.get("/verify").text


def test_who_was_wrong_too_often_is_told_where_else_to_go(deps: Deps, visitor: FlaskClient) -> None:
    tokens = residents.sign_in(deps, "13900002222").tokens
    visitor.set_cookie("citizen_access", tokens.access_token, domain="localhost")
    code = form_code(visitor, "/identity")
    for _ in range(6):
        found = visitor.post("/identity", data={"_form": code, "name": "王小明", "id_number": people.NUMBER})
    assert found.status_code == 429
    assert "任一公共信用信息服务窗口" in found.text
    assert "12345" in found.text.partition("<footer")[0]


def test_a_slash_too_many_leads_to_the_page(visitor: FlaskClient) -> None:
    assert visitor.get("/report/").headers["Location"] == "/report"
    assert visitor.get("/news/?category=policy").headers["Location"] == "/news?category=policy"
    assert visitor.get("/nothing/").status_code == 404
    for path in ("//example.org/", "/\\example.org/"):
        assert visitor.get("/", environ_overrides={"PATH_INFO": path}).status_code == 404
    assert visitor.post("/login/", data={}).status_code in (403, 404)
