"""Words that people send must be words that somebody can read."""

import pytest

from schemas.base import RequestSchema
from schemas.objections import (
    Correction,
    ObjectionDissent,
    ObjectionFinding,
    ObjectionSubmit,
    ObjectionTakeOver,
)
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
