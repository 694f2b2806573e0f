"""When a notice can have come, and whether a text would keep words of what is erased."""

import unicodedata
from collections.abc import Iterator
from datetime import date

from backend.common import names
from backend.records.model import Record
from backend.registry.model import Words
from schemas.text import Text

# Shorter texts ("是", "上海") stand in every sentence and tell of no record.
SHORTEST_TELLING = 4

OBJECTED = Text("《上海市社会信用条例》第三十六条", "Shanghai Social Credit Regulation, art. 36")

WITHDRAWN = Text(
    "信息主体本人要求不再保留本人的表彰奖励、志愿服务或捐赠信息",
    "The subject asked to drop an own commendation, volunteering or donation",
)
ERASED = Text("该信息所依据的决定已被撤销", "The decision behind the record was annulled")


def possible_day(noticed_on: date, record: Record, today: date) -> bool:
    """Whether a written notice about this record can have come on that day."""
    return record.occurred_on <= noticed_on <= today


def tells(text: str, record: Record, who: Words | None) -> bool:
    """Whether a text repeats the record's words (`record` with its words opened) or says who it is about."""
    said = _plain(text)
    if who is not None and (names.mentions(text, who.name) or _plain(who.number) in said):
        return True
    return any(word in said for word in _telling(record))


def _telling(record: Record) -> Iterator[str]:
    """What would tell of the record: document number, title, and the texts of its content."""
    texts = (value for value in record.content.values() if isinstance(value, str))
    for word in map(_plain, (record.title, record.doc_no, *texts)):
        if len(word) >= SHORTEST_TELLING:
            yield word


def _plain(text: str) -> str:
    """Letters and digits alone, however it is spaced, bracketed and written."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
