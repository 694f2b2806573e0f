"""What becomes of a row: refused, and why; or, where its record is there already, which of the two holds."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from backend.intake.quality import Refusal
from backend.records.model import Batch, Burial, Change, Standing
from schemas.text import Text

_UNSEEN = re.compile("[\\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
# Most numbers: what every folding below leaves as it is, but for the brackets of a year.
_PLAIN = re.compile("[\u4e00-\u9fa50-9a-z()〔〕-]+")
_BRACKETS = str.maketrans("〔［【[﹝〕］】]﹞", "(((((" + ")))))")


def folded_number(doc_no: str) -> str:
    """A document's number as it is compared: width, case, blanks, the shape of brackets and what nobody sees aside, so that
    another spelling is neither a second record nor the way back of one that was erased."""
    if _PLAIN.fullmatch(doc_no):
        return doc_no.replace("〔", "(").replace("〕", ")")
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", doc_no)).translate(_BRACKETS).casefold()


class Outcome(Enum):
    """What an import does with a row whose record is there already."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REPEATED = "repeated"
    BURIED = "buried"


def settle(known: Standing, digest: bytes, source: Mapping[str, Any], batch: Batch) -> Outcome:
    """The same words change nothing. Other words at another line of the same file contradict it, and the first line holds.
    Other words from a file that began before the record's present words came in are old news, so that handing an old
    file in again undoes nothing. A row that a decided correction has replaced is old news whatever file it comes in; what
    lies under a tombstone stays there. All else is the provider's correction, unless an earlier line of its file has left
    the record as it is: that is written nowhere, and the run knows it (`Run.spoken`).
    """
    if digest in known.superseded or known.digest == digest:
        return Outcome.UNCHANGED
    if known.tombstone is not None:
        return Outcome.BURIED
    if known.batch_id == batch.id:
        return Outcome.UNCHANGED if known.line == source["line"] else Outcome.REPEATED
    return Outcome.UNCHANGED if known.received_at > batch.begun_at else Outcome.CHANGED


def correction(at: datetime) -> Change:
    """What the subject reads about a corrected record (Regulation 34)."""
    return Change(
        at,
        "corrected_by_provider",
        "信息提供单位更正了这条记录",
        "The information provider corrected this record",
    )


def no_subject(line: int) -> Refusal:
    return Refusal(
        line,
        "records.no_subject",
        Text("没有该号码的信息主体", "there is no information subject with this number"),
    )


def name_mismatch(line: int) -> Refusal:
    return Refusal(
        line, "records.name_mismatch", Text("姓名或名称与号码不符", "the name does not belong to the number")
    )


def repeated(line: int) -> Refusal:
    return Refusal(
        line,
        "records.repeated",
        Text(
            "同一文件中已有同一文书号的不同内容",
            "the same document stands in this file already, with other words",
        ),
    )


def buried(line: int, why: Burial) -> Refusal:
    """Why a row may not come in although no record is there."""
    return Refusal(line, f"records.{why.value}", _BURIED[why])


_BURIED = {
    Burial.ERASED: Text(
        "该信息已依据撤销决定删除，不再归集",
        "it was erased because its ground was annulled, and does not come in again",
    ),
    Burial.WITHDRAWN: Text(
        "该信息已应信息主体本人要求撤下，不再归集",
        "it was dropped at the subject's request, and does not come in again",
    ),
    Burial.RENUMBERED: Text(
        "该文书号已更正，请使用更正后的文书号",
        "the number of this document was corrected; please use the corrected one",
    ),
}
