"""Small words of pages: ends, grades, money that was typed, and pages of one length."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, g
from marshmallow import fields, validate

from backend.grades.service.published import book
from backend.pages import codes, forms, standing, words
from backend.web.evening import evened_page
from schemas.base import BeijingTime, RequestSchema
from schemas.terms import GradeValue

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
