"""Report links, questions and what was told ahead, in MongoDB.

Reports themselves are not kept: a look in the audit log proves each one.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common import mongo
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.reports.model import Question, ReportLink
from schemas.terms import QuestionState

LINKS = "report_links"
QUESTIONS = "access_questions"
AHEAD = "forgetting_notices"
EARLIEST = datetime(2014, 1, 1, tzinfo=UTC)
KEPT_AFTER_S = 30 * 24 * 3600
COLLECTIONS = {
    LINKS: [
        IndexModel([("code_hash", ASCENDING)], unique=True),
        IndexModel([("subject_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    ],
    QUESTIONS: [
        IndexModel([("entry_id", ASCENDING)], unique=True),
        IndexModel([("state", ASCENDING), ("asked_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("subject_id", ASCENDING), ("asked_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("clocks.due_at", ASCENDING)],
            partialFilterExpression={"state": QuestionState.OPEN.value},
        ),
    ],
    AHEAD: [IndexModel([("until", ASCENDING)], expireAfterSeconds=KEPT_AFTER_S)],
}


def insert_link(db: Database, link: ReportLink) -> None:
    db[LINKS].insert_one(to_document(link))


def find_link_by_code(db: Database, code_hash: bytes) -> ReportLink | None:
    return _link(db[LINKS].find_one({"code_hash": code_hash}))


def list_links(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[ReportLink]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(db[LINKS], {"subject_id": subject_id}, by="created_at", after=after, limit=limit)
    return [from_document(ReportLink, document) for document in found]


def list_active_links(
    db: Database, subject_id: str, at: datetime, *, chat_id: str | None
) -> list[ReportLink]:
    """Those of a subject that open at `at`; with `chat_id` those made in that chat."""
    wanted: Document = {"subject_id": subject_id, "killed_at": None, "expires_at": {"$gt": at}}
    if chat_id is not None:
        wanted["chat_id"] = chat_id
    wanted["$expr"] = {"$lt": ["$opens", "$max_opens"]}
    return [from_document(ReportLink, found) for found in db[LINKS].find(wanted)]


def claim_open(
    db: Database, link_id: str, at: datetime, *, mac: bytes | None = None, since: datetime = EARLIEST
) -> ReportLink | None:
    """Count one opening, if the link still may be opened; the server decides, so two openers cannot share the last. None also
    where the form of `mac` has opened it after `since`: of one form sent twice at once one opens."""
    open_link: Document = {
        "_id": link_id,
        "killed_at": None,
        "expires_at": {"$gt": at},
        "$expr": {"$lt": ["$opens", "$max_opens"]},
    }
    counted: Document = {"opens": {"$add": ["$opens", 1]}, "last_opened_at": at}
    if mac is not None:
        open_link["openings"] = {"$not": {"$elemMatch": {"mac": mac, "at": {"$gt": since}}}}
        this = {"mac": mac, "at": at, "number": {"$add": ["$opens", 1]}}
        counted["openings"] = {"$concatArrays": [{"$ifNull": ["$openings", []]}, [this]]}
    return _link(
        db[LINKS].find_one_and_update(open_link, [{"$set": counted}], return_document=ReturnDocument.AFTER)
    )


def release_open(db: Database, link_id: str, at: datetime, *, mac: bytes | None = None) -> None:
    """Give an opening back that showed nothing."""
    back: Document = {"$inc": {"opens": -1}}
    if mac is not None:
        back["$pull"] = {"openings": {"mac": mac, "at": at}}
    db[LINKS].update_one({"_id": link_id, "opens": {"$gt": 0}}, back)


def kill_link(db: Database, subject_id: str, link_id: str, at: datetime) -> ReportLink | None:
    """Switch a link off; the first instant stays. The link as it was before; None when the subject has no such link."""
    own = {"_id": link_id, "subject_id": subject_id}
    changed = db[LINKS].find_one_and_update(own | {"killed_at": None}, {"$set": {"killed_at": at}})
    return _link(changed or db[LINKS].find_one(own))


def insert_question(db: Database, question: Question) -> bool:
    """False when this line was asked about already."""
    try:
        db[QUESTIONS].insert_one(to_document(question))
    except DuplicateKeyError:
        return False
    return True


def find_question(db: Database, question_id: str) -> Question | None:
    return _question(db[QUESTIONS].find_one({"_id": question_id}))


def find_question_of_line(db: Database, subject_id: str, entry_id: str) -> Question | None:
    return _question(db[QUESTIONS].find_one({"entry_id": entry_id, "subject_id": subject_id}))


def find_own_question(db: Database, subject_id: str, question_id: str) -> Question | None:
    return _question(db[QUESTIONS].find_one({"_id": question_id, "subject_id": subject_id}))


def replace_question(db: Database, before: Question, after: Question) -> bool:
    """Write the next version of a question that is still what was read; false when somebody was faster."""
    document = to_document(replace(after, version=before.version + 1))
    mine = {"_id": document.pop("_id"), "version": before.version}
    return db[QUESTIONS].update_one(mine, {"$set": document}).matched_count == 1


def list_own_questions(
    db: Database, subject_id: str, *, after: Position | None, limit: int
) -> list[Question]:
    """Newest first; `after` is the last one of the page before."""
    found = mongo.page_of(db[QUESTIONS], {"subject_id": subject_id}, by="asked_at", after=after, limit=limit)
    return [from_document(Question, document) for document in found]


def list_questions(
    db: Database, state: QuestionState, overdue_at: datetime | None, *, after: Position | None, limit: int
) -> list[Question]:
    """Of one state, the one that was asked first is first; with `overdue_at` only those that are late by then."""
    wanted: Document = {"state": state.value}
    if overdue_at is not None:
        wanted["clocks.due_at"] = {"$lte": overdue_at}
    found = mongo.page_of(db[QUESTIONS], wanted, by="asked_at", after=after, limit=limit, newest_first=False)
    return [from_document(Question, document) for document in found]


def open_questions(db: Database) -> list[str]:
    """The ids of all that are open."""
    return [one["_id"] for one in db[QUESTIONS].find({"state": QuestionState.OPEN.value}, {"_id": 1})]


def questions_to_tell(db: Database, at: datetime, *, reached: str, told: str) -> list[str]:
    """The ids of the open ones with a clock whose instant `reached` has come and whose `told` is not set yet."""
    clock = {"$elemMatch": {reached: {"$lte": at}, told: None}}
    found = db[QUESTIONS].find({"state": QuestionState.OPEN.value, "clocks": clock}, {"_id": 1})
    return [one["_id"] for one in found]


def count_questions(db: Database, at: datetime) -> tuple[int, int, datetime | None]:
    """How many are open, how many of these are late at `at`, and when the first of all is or was due."""
    is_open = {"state": QuestionState.OPEN.value}
    late = db[QUESTIONS].count_documents(is_open | {"clocks.due_at": {"$lte": at}})
    first = db[QUESTIONS].find_one(
        is_open | {"clocks.due_at": {"$gt": EARLIEST}},
        {"clocks.due_at": 1},
        sort=[("clocks.due_at", ASCENDING)],
    )
    nearest = min(clock["due_at"] for clock in first["clocks"]) if first else None
    return db[QUESTIONS].count_documents(is_open), late, nearest


def told_ahead(db: Database, keys: Collection[str]) -> set[str]:
    """Which of these were told already."""
    return {one["_id"] for one in db[AHEAD].find({"_id": {"$in": list(keys)}}, {"_id": 1})}


def note_ahead(db: Database, key: str, until: datetime) -> bool:
    """Note that it is told; false when it was. Forgotten by the database some time after the day itself."""
    try:
        db[AHEAD].insert_one({"_id": key, "until": until})
    except DuplicateKeyError:
        return False
    return True


def _question(document: Document | None) -> Question | None:
    return from_document(Question, document) if document else None


def _link(document: Document | None) -> ReportLink | None:
    return from_document(ReportLink, document) if document else None
