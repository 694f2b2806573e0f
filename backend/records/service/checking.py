"""Checking the rows of a records file: pure work over plain data."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from backend.catalogue import service as catalogue
from backend.catalogue.model import CatalogueItem, Problem
from backend.catalogue.rules.content import Checker
from backend.common import names, numbers
from backend.intake import files
from backend.intake.files import Form, RawRow
from backend.intake.quality import Refusal
from backend.records import rules
from backend.registry.service.handing_in import Hasher
from schemas.terms import SubjectKind
from schemas.text import Text

FORM = Form(
    ("item_code", "subject_number", "subject_name", "doc_no", "title", "occurred_on"), ("ended_on", "content")
)
EARLIEST = date(1900, 1, 1)
# A ban or a licence may end in the future; nothing ends in a century.
LATEST_END = timedelta(days=36525)
TITLES_REMEMBERED = 10_000
MOST_CHARACTERS = {"doc_no": 120, "title": 300, "subject_name": 100}


class Checked(NamedTuple):
    """A row that may become a record once its subject is found. `named`: its words carry the person's own name.

    A tuple, because a frozen dataclass takes five times as long to make.
    """

    line: int
    number_index: bytes
    name_check: bytes
    key: str
    digest: bytes
    item_code: str
    doc_no: str
    title: str
    occurred_on: str
    ended_on: str | None
    document_on: str | None
    content: dict[str, Any]
    named: bool

    @property
    def dated_on(self) -> str:
        """As `Record.dated_on`: from here display and the earliest restoration count."""
        return self.document_on or self.occurred_on


@dataclass(frozen=True)
class Task:
    """What checking needs to know."""

    items: Mapping[str, CatalogueItem]
    unit_code: str
    header: tuple[str, ...] | None
    linking_key: bytes
    today: date


class RowChecker:
    """The checks of one file, made ready once; between rows it only remembers titles that were found fine."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._hasher = Hasher(task.linking_key)
        self._checkers: dict[str, Checker] = {}
        self._fine_titles: set[tuple[str, str]] = set()

    def all(self, rows: Sequence[RawRow]) -> list[Checked | Refusal]:
        return [self.one(row) for row in rows]

    def one(self, row: RawRow) -> Checked | Refusal:
        """The row, ready to be linked, or the first reason why it may not enter."""
        values = files.parse(row, self._task.header, FORM)
        if isinstance(values, Refusal):
            return values
        try:
            return self.fit(row.line, values)
        except Unfit as unfit:
            return Refusal(row.line, unfit.reason, unfit.text)

    def fit(self, line: int, values: Mapping[str, Any]) -> Checked:
        """The row of these values; raises `Unfit` with the first reason why it may not enter."""
        checker = self._checker(values["item_code"])
        if checker is None:
            raise Unfit("records.unknown_item", "item_code", _UNKNOWN_ITEM)
        return self._checked(line, checker, values)

    def _checked(self, line: int, checker: Checker, values: Mapping[str, Any]) -> Checked:
        words = {name: _words(values, name) for name in MOST_CHARACTERS}
        _refuse_problems(checker.text_problems("doc_no", words["doc_no"]))
        self._look_at_title(checker, words["title"])
        occurred_on, ended_on = self._dates(checker.item, values)
        content = _content(values["content"])
        _refuse_problems(checker.problems(content))
        number = self._number(checker.item, values["subject_number"])
        plain = checker.normalised(content)
        name = words["subject_name"]
        if not files.writable(name):
            raise Unfit("row.unprintable", "subject_name", _UNPRINTABLE)
        return Checked(
            line=line,
            number_index=self._hasher.number(number),
            name_check=self._hasher.name(number, name),
            key=self._hasher.row(
                self._task.unit_code, checker.item.code, number, rules.folded_number(words["doc_no"])
            ).hex(),
            digest=self._hasher.row(words["title"], occurred_on, ended_on or "", *_in_order(plain)),
            item_code=checker.item.code,
            doc_no=words["doc_no"],
            title=words["title"],
            occurred_on=occurred_on,
            ended_on=ended_on,
            document_on=catalogue.document_on(checker.item, plain),
            content=plain,
            named=checker.item.subject_kind is SubjectKind.PERSON
            and names.mentions(_all_words(words, plain), name),
        )

    def _look_at_title(self, checker: Checker, title: str) -> None:
        """Titles say what kind of fact it is, so a file has few, and the look at a text is the dearest of all checks."""
        known = (checker.item.code, title)
        if known in self._fine_titles:
            return
        _refuse_problems(checker.text_problems("title", title))
        if len(self._fine_titles) < TITLES_REMEMBERED:
            self._fine_titles.add(known)

    def _checker(self, code: Any) -> Checker | None:
        if not isinstance(code, str):
            return None
        if code not in self._checkers:
            item = self._task.items.get(code)
            if item is None or item.unit_code != self._task.unit_code:
                return None
            self._checkers[code] = Checker(item, today=self._task.today)
        return self._checkers[code]

    def _number(self, item: CatalogueItem, text: Any) -> str:
        try:
            if item.subject_kind is SubjectKind.ENTITY:
                return numbers.uscc(str(text))
            return numbers.identity_number(str(text), today=self._task.today).number
        except numbers.InvalidNumber as error:
            raise Unfit(f"records.{error.problem}", "subject_number", error.text) from None

    def _dates(self, item: CatalogueItem, values: Mapping[str, Any]) -> tuple[str, str | None]:
        """When it happened and when it ended: where no end is handed in, what lasts has not ended, and an adverse act or event
        that is momentary ended with itself (Regulation 35)."""
        occurred_on = _date("occurred_on", values["occurred_on"])
        ended_on = _date("ended_on", values["ended_on"]) if values.get("ended_on") else None
        if not EARLIEST <= occurred_on <= self._task.today:
            raise Unfit("records.bad_date", "occurred_on", _NOT_YET)
        if ended_on is not None and not occurred_on <= ended_on <= self._task.today + LATEST_END:
            raise Unfit("records.ended_before", "ended_on", _ENDED_BEFORE)
        if ended_on is None and item.momentary:
            ended_on = occurred_on
        return occurred_on.isoformat(), ended_on.isoformat() if ended_on else None


class Unfit(Exception):
    """Why a row may not enter, and which column or field of its content it is about."""

    def __init__(self, reason: str, where: str, text: Text) -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where
        self.text = text


def _refuse_problems(problems: Sequence[Problem]) -> None:
    if problems:
        first = problems[0]
        raise Unfit(f"records.{first.reason}", first.where, first.text)


def _all_words(words: Mapping[str, str], content: Mapping[str, Any]) -> str:
    """Every text of the row in one, with a mark between them that no name has."""
    texts = [value for value in content.values() if isinstance(value, str)]
    return '"'.join((words["title"], words["doc_no"], *texts))


def _in_order(content: Mapping[str, Any]) -> Iterator[str]:
    """Names and values by name; the item fixes the type of each, so that no two contents read alike."""
    for name in sorted(content):
        yield name
        yield str(content[name])


def _words(values: Mapping[str, Any], name: str) -> str:
    text = values[name]
    if not isinstance(text, str) or not text.strip():
        raise Unfit(
            "row.missing", name, Text(f"“{name}”须为非空文字", f"“{name}” must be text that is not empty")
        )
    if len(text) > MOST_CHARACTERS[name]:
        most = MOST_CHARACTERS[name]
        raise Unfit(
            "records.too_long",
            name,
            Text(f"“{name}”超过{most}字", f"“{name}” has more than {most} characters"),
        )
    return text.strip()


def _date(name: str, text: Any) -> date:
    try:
        day = date.fromisoformat(text)
        if len(text) == len("2026-11-21") and day.isoformat() == text:
            return day
    except (ValueError, TypeError):
        pass
    raise Unfit(
        "records.bad_date",
        name,
        Text(f"“{name}”不是 YYYY-MM-DD 格式的日期", f"“{name}” is not a date of the form YYYY-MM-DD"),
    )


def _content(value: Any) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise Unfit(
            "records.bad_content", "content", Text("content 须为JSON对象", "content must be a JSON object")
        )
    return value


def facts(item: CatalogueItem) -> dict[str, Any]:
    """What the documents of all records of an item have in common."""
    return {
        "item_code": item.code,
        "catalogue_year": item.year,
        "unit_code": item.unit_code,
        "nature": item.nature.value,
        "category": item.category.value,
        "openness": item.openness.value,
        "severity": item.severity.value if item.severity else None,
    }


def document(row: Checked, item_facts: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a new record, written out by hand because an import makes thousands a second; a test holds that it is
    what `to_document` makes of the `Record`. `made`: _id, subject_id, windows, source and sealed words.
    """
    return {
        **made,
        **item_facts,
        "key": row.key,
        "digest": row.digest,
        "doc_no": "" if row.named else row.doc_no,
        "title": "" if row.named else row.title,
        "occurred_on": row.occurred_on,
        "ended_on": row.ended_on,
        "document_on": row.document_on,
        "content": {} if row.named else row.content,
        "changes": [],
        "marks": [],
        "suspended_at": None,
        "hidden_at": None,
        "suspends_at": None,
        "superseded": [],
    }


def source(unit_code: str, batch_id: str, line: int, received_at: datetime) -> dict[str, Any]:
    return {"unit_code": unit_code, "batch_id": batch_id, "line": line, "received_at": received_at}


_UNKNOWN_ITEM = Text(
    "目录中没有该事项，或该事项不由本单位提供", "the catalogue has no such item, or another unit provides it"
)
_UNPRINTABLE = Text("姓名或名称含有控制字符", "the name has control characters")
_NOT_YET = Text("发生日期在1900年以前或在未来", "the date lies before 1900 or in the future")
_ENDED_BEFORE = Text(
    "终止日期早于发生日期，或过于遥远", "the end lies before the beginning, or is too far away"
)
