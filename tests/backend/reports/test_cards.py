"""What is written straight into the page of a report: nothing of a provider's or a person's words becomes markup."""

from datetime import date
from html.parser import HTMLParser

import pytest

from backend.records.model import Source
from backend.records.rules import Restoration
from backend.records.service import Detail, ShownMark, ShownRecord, UnitName
from backend.reports import cards, laying
from backend.reports.model import Look
from schemas.terms import Category, Channel, FieldType, Nature, Openness, RecordMark, Role, Severity
from schemas.text import Text
from tests.support.world import START

HOSTILE = "</p></article><script>alert('1')</script>\"&amp;<b onload=x>"
SAID = Text(HOSTILE, HOSTILE)


class Heard(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def heard(markup: str) -> Heard:
    parser = Heard()
    parser.feed(str(markup))  # of `Markup` it would make other parts
    parser.close()
    return parser


def record(words: str, said: Text) -> ShownRecord:
    """A good deed with each of these words wherever a provider, the catalogue or the person may put any."""
    return ShownRecord(
        id=words,
        item_code="x",
        item_title=said,
        title=words,
        nature=Nature.OTHER,
        category=Category.PUBLIC_WELFARE,
        openness=Openness.RESTRICTED,
        severity=Severity.MINOR,
        unit=UnitName("x", said),
        doc_no=words,
        occurred_on=date(2026, 3, 5),
        ended_on=None,
        content=(Detail("x", said, words, said), Detail("y", Text("标签", "label"), words, said)),
        legal_basis=(),
        source=Source("x", words, 2, START),
        changes=(),
        marks=(ShownMark(RecordMark.CONTESTED, RecordMark.CONTESTED.label, START, None, words),),
        public_until=None,
        query_until=None,
        restoration=Restoration(date(2026, 6, 5), None, said),
        withdrawable=True,
    )


def test_words_of_a_record_are_words_and_no_markup() -> None:
    hostile = heard(cards.as_cards([record(HOSTILE, SAID)], {HOSTILE: 1}, HOSTILE))
    plain = heard(cards.as_cards([record("x", Text("x", "x"))], {"x": 1}, "x"))
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    assert hostile.text.count(HOSTILE) >= 10
    assert {"form", "button", "details", "article"} <= set(plain.tags)


def test_a_day_in_the_content_reads_as_all_other_days_of_the_report() -> None:
    called = Text("查处于", "Found on")

    def told(value: str, kind: FieldType | None) -> str:
        detail = Detail("day", called, value, Text(value, value), kind)
        one = record("x", SAID)._replace(content=(detail,))
        return heard(cards.as_cards([one], {"x": 1}, None)).text.partition("查处于")[2]

    assert told("2025-03-01", FieldType.DATE).startswith("2025年3月1日")
    for value, kind in (("2025-03-01", None), ("2025-03-01", FieldType.TEXT), ("三月初", FieldType.DATE)):
        assert told(value, kind).startswith(value)


@pytest.mark.parametrize("form", [None, ""])
def test_who_is_not_its_subject_has_nothing_to_do_there(form: str | None) -> None:
    found = heard(cards.as_cards([record("x", Text("x", "x"))], {"x": 1}, form))
    assert not {"a", "form", "button"} & set(found.tags)


def test_words_of_a_look_are_words_and_no_markup() -> None:
    def look(said: Text) -> Look:
        return Look("x", START, said, False, said, Role.PROVIDER, Channel.CONSOLE, said, said)

    hostile, plain = heard(cards.as_looks([look(SAID)])), heard(cards.as_looks([look(Text("x", "x"))]))
    assert hostile.tags == plain.tags
    assert hostile.text.count(HOSTILE) == 3


def test_sentences_and_lists_too() -> None:
    assert heard(cards.as_items([SAID])).tags == ["li"]
    assert heard(laying.as_list([(HOSTILE, HOSTILE)])).tags == ["dl", "div", "dt", "dd"]
