"""Small words of pages: ends, grades, money that was typed, and pages of one length."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from marshmallow import fields, validate

import backend
from backend.benefits.errors import already_claimed
from backend.grades.service.published import book
from backend.pages import codes, forms, standing, words
from backend.web.evening import evened_page
from schemas.base import SPEAKING, BeijingTime, RequestSchema
from schemas.notices import FORMS, NoticeKind
from schemas.terms import GradeValue
from schemas.text import Text

PACKAGE = Path(backend.__path__[0])
TEMPLATES = PACKAGE / "pages/templates"
RULES = book().find("shanghai-2026-1")


@pytest.mark.parametrize(
    ("at", "zh"),
    [
        (datetime(2026, 12, 13, 16, 0, tzinfo=UTC), "2026年12月13日 24:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2026年12月31日 24:00"),
        (datetime(2026, 12, 13, 16, 1, tzinfo=UTC), "2026年12月14日 00:01"),
        (None, ""),
    ],
)
def test_an_end_at_midnight_is_24_hours_of_its_last_day(at: datetime | None, zh: str) -> None:
    assert words.until(at) == zh


def test_an_end_at_midnight_is_the_end_of_its_last_day_in_english() -> None:
    mark = SPEAKING.set("en")
    try:
        assert words.until(datetime(2026, 12, 13, 16, 0, tzinfo=UTC)) == "the end of 13 Dec 2026"
        assert words.day_end(date(2026, 12, 13)) == "the end of 13 Dec 2026"
    finally:
        SPEAKING.reset(mark)


@pytest.mark.parametrize(
    ("page", "name", "told"),
    [
        (
            "benefits/claims.html",
            ("我领到的红包", "My red packets"),
            (FORMS[NoticeKind.BENEFIT_CLAIMED].body, already_claimed("c1").text),
        ),
        (
            "report/forgetting.html",
            ("什么时候被忘记", "When it is forgotten"),
            (
                FORMS[NoticeKind.RESTORATION_POSSIBLE_SOON].body,
                FORMS[NoticeKind.DISPLAY_ENDS_SOON].body,
                FORMS[NoticeKind.QUERY_ENDS_SOON].body,
            ),
        ),
    ],
)
def test_a_page_that_people_are_sent_to_is_called_by_its_heading(
    page: str, name: tuple[str, str], told: tuple[Text, ...]
) -> None:
    for part in ("{% block title %}", "<h1>"):
        assert f'{part}{{{{ t("{name[0]}", "{name[1]}") }}}}' in (TEMPLATES / page).read_text("utf-8")
    for zh, en in told:
        assert f"“{name[0]}”" in zh
        assert f"“{name[1]}”" in en


def test_an_article_that_tells_people_what_to_press_uses_the_words_of_the_button() -> None:
    article = (PACKAGE / "demo/data/articles.yaml").read_text("utf-8")
    assert 't("这不是我 / 我有疑问", "Not me, or I wonder")' in (TEMPLATES / "report/looks.html").read_text(
        "utf-8"
    )
    assert "点“这不是我 / 我有疑问”" in article
    assert "“Not me, or I wonder”" in article


def test_what_a_grade_asks_for_is_said_by_the_published_rules() -> None:
    excellent = standing.meaning(RULES, GradeValue.EXCELLENT)
    assert "志愿服务" in excellent.zh
    assert "volunteering" in excellent.en
    good = standing.meaning(RULES, GradeValue.GOOD)
    assert "没有任何记录的人也算达到" in good.zh
    fair = standing.meaning(RULES, GradeValue.FAIR, newcomers=False)
    assert "较轻" in fair.zh
    assert "没有任何记录" not in fair.zh
    assert standing.meaning(None, GradeValue.GOOD) is None
    assert standing.meaning(RULES, None) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.5", 150),
        ("1.50", 150),
        ("12", 1200),
        ("0.05", 5),
        ("", 0),
        ("1.505", "1.505"),
        ("-3", "-3"),
        ("三", "三"),
    ],
)
def test_money_is_typed_in_yuan(typed: str, value: Any) -> None:
    with Flask("test").test_request_context(method="POST", data={"charged": typed}):
        assert forms.fen("charged") == value


@pytest.mark.parametrize(
    ("typed", "value"), [("7", 7), ("", ""), ("-1", -1), ("²", "²"), ("1" * 13, "1" * 13), ("--1", "--1")]
)
def test_a_whole_number_is_typed(typed: str, value: Any) -> None:
    assert forms.number(typed) == value


class Boxes(RequestSchema):
    """One field of each kind that a box stands for."""

    days = fields.Integer(required=True, strict=True)
    ends_at = BeijingTime()
    told = fields.Boolean(load_default=True)
    kinds = fields.List(fields.String(), load_default=None)
    text = fields.String(validate=validate.Length(max=3))
    note = fields.String(load_default="left out")


def test_each_box_is_read_in_the_shape_that_the_api_takes() -> None:
    sent = {
        "days": " 30 ",
        "ends_at": "2026-12-01T08:00",
        "kinds": ["a", "", "b"],
        "text": "a\r\nb",
        "note": "",
    }
    with Flask("test").test_request_context(method="POST", data=sent | {"unknown": "1", "_form": "x"}):
        form = forms.read(Boxes)
    assert form.ok
    assert form.values == {
        "days": 30,
        "ends_at": datetime(2026, 12, 1, tzinfo=UTC),
        "told": False,
        "kinds": ["a", "b"],
        "text": "a\nb",
        "note": "left out",
    }


def test_what_is_wrong_with_a_box_is_told_at_it() -> None:
    sent = {"days": "", "ends_at": "soon", "told": "1", "text": "long"}
    with Flask("test").test_request_context(method="POST", data=sent):
        form = forms.read(Boxes, note="of the page")
    assert set(form.faults) == {"days", "ends_at", "text"}
    assert form.typed["text"] == "long"


def test_pages_that_must_not_be_told_apart_have_one_length_and_leave_at_a_step() -> None:
    slept: list[float] = []
    with Flask("test").test_request_context():
        g.started = 10.0
        made = [
            evened_page(one, ("是", "no deposit"), sleep=slept.append, clock=lambda: 10.03)
            for one in ("是", "no deposit")
        ]
    assert [len(one.data) for one in made] == [10, 10]
    assert slept == [pytest.approx(0.07), pytest.approx(0.07)]


def test_a_drawn_code_is_bars_on_white_that_take_the_width_they_get() -> None:
    drawn = codes.drawn("4F7K-0XQ2")
    assert drawn.startswith("<svg")
    assert "viewBox" in drawn
    assert "width=" not in drawn.split(">")[0]
    assert '#fff"' in drawn
    assert '#000"' in drawn
    assert "style=" not in drawn
