"""Words that people send must be words that somebody can read."""

import pytest

from schemas.base import RequestSchema
from schemas.news import NewsCreate
from schemas.objections import (
    Correction,
    ObjectionDissent,
    ObjectionFinding,
    ObjectionSubmit,
    ObjectionTakeOver,
)
from schemas.pushes import PushCreate
from schemas.removals import Erasure
from schemas.reports import QuestionAnswer
from schemas.restorations import RestorationApply, RestorationDecline
from schemas.text import says_something

UNSEEN = [
    " ",
    "\u3000",
    "\u200b\u200d",
    "\ufeff",
    "\u2060",
    "\u00ad",
    "\u202e",
    "\ufe0f",
    "\u3164",
    "\u115f",
    "\u2800",
]
WORDS = [
    (ObjectionSubmit, "statement"),
    (ObjectionDissent, "statement"),
    (ObjectionTakeOver, "reason"),
    (ObjectionFinding, "explanation"),
    (Correction, "title"),
    (Correction, "doc_no"),
    (RestorationApply, "pledge"),
    (RestorationDecline, "reason"),
    (Erasure, "reason"),
    (QuestionAnswer, "explanation"),
]


@pytest.mark.parametrize("text", UNSEEN)
@pytest.mark.parametrize(("schema", "field"), WORDS)
def test_what_nobody_sees_is_no_word(schema: type[RequestSchema], field: str, text: str) -> None:
    assert field in schema().validate({field: text}), f"{field} took {text!r}"


@pytest.mark.parametrize("text", ["逃", "a", "。", "7", "👨\u200d👩\u200d👧", "\u202e逆", "é"])
def test_whatever_can_be_seen_is_a_word(text: str) -> None:
    assert says_something(text)
    assert "statement" not in ObjectionSubmit().validate({"statement": text})


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\0", "\x1b", "\x85", "\uffff"])
@pytest.mark.parametrize("schema", [PushCreate, NewsCreate])
@pytest.mark.parametrize("field", ["title", "body", "title_en", "body_en"])
def test_what_goes_to_many_reads_as_it_is_written(schema: type[RequestSchema], field: str, sign: str) -> None:
    assert field in schema().validate({field: f"付款{sign}额金"})
    assert field not in schema().validate({field: "付款 100 元，שלום"})


@pytest.mark.parametrize("schema", [PushCreate, NewsCreate])
def test_a_body_has_lines(schema: type[RequestSchema]) -> None:
    assert "body" not in schema().validate({"body": "一\n\n二\t三\r\n👨\u200d👩\u200d👧"})
