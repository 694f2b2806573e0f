"""Report links and questions in MongoDB. Reports themselves are not kept: a look in the audit log proves each one."""

from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from backend.common.pages import Position
from backend.reports.model import Question, ReportLink

LINKS = "report_links"
QUESTIONS = "access_questions"
COLLECTIONS = {
    LINKS: [
        IndexModel([("code_hash", ASCENDING)], unique=True),
        IndexModel([("subject_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
    ],
    QUESTIONS: [
        IndexModel([("entry_id", ASCENDING)], unique=True),
        IndexModel([("state", ASCENDING), ("asked_at", ASCENDING)]),
    ],
}


def insert_link(db: Database, link: ReportLink) -> None:
    db[LINKS].insert_one(to_document(link))


def find_link_by_code(db: Database, code_hash: bytes) -> ReportLink | None:
    return _link(db[LINKS].find_one({"code_hash": code_hash}))


def list_links(db: Database, subject_id: str, *, after: Position | None, limit: int) -> list[ReportLink]:
    """Newest first; `after` is the last one of the page before."""
    wanted: Document = {"subject_id": subject_id}
    if after is not None:
        wanted["$or"] = [
            {"created_at": {"$lt": after.at}},
            {"created_at": after.at, "_id": {"$lt": after.id}},
        ]
    found = db[LINKS].find(wanted, sort=[("created_at", DESCENDING), ("_id", DESCENDING)], limit=limit)
    return [from_document(ReportLink, document) for document in found]


def claim_open(db: Database, link_id: str, at: datetime) -> ReportLink | None:
    """Count one opening, if the link still may be opened; the server decides, so two openers cannot share the last."""
    open_link = {
        "_id": link_id,
        "killed_at": None,
        "expires_at": {"$gt": at},
        "$expr": {"$lt": ["$opens", "$max_opens"]},
    }
    counted = {"$inc": {"opens": 1}, "$set": {"last_opened_at": at}}
    return _link(db[LINKS].find_one_and_update(open_link, counted, return_document=ReturnDocument.AFTER))


def release_open(db: Database, link_id: str) -> None:
    """Give an opening back that showed nothing."""
    db[LINKS].update_one({"_id": link_id, "opens": {"$gt": 0}}, {"$inc": {"opens": -1}})


def kill_link(db: Database, subject_id: str, link_id: str, at: datetime) -> ReportLink | None:
    """The link, switched off; the first instant stays. None when the subject has no such link."""
    own = {"_id": link_id, "subject_id": subject_id}
    db[LINKS].update_one(own | {"killed_at": None}, {"$set": {"killed_at": at}})
    return _link(db[LINKS].find_one(own))


def insert_question(db: Database, question: Question) -> bool:
    """False when this line was asked about already."""
    try:
        db[QUESTIONS].insert_one(to_document(question))
    except DuplicateKeyError:
        return False
    return True


def find_question(db: Database, subject_id: str, entry_id: str) -> Question | None:
    found = db[QUESTIONS].find_one({"entry_id": entry_id, "subject_id": subject_id})
    return from_document(Question, found) if found else None


def _link(document: Document | None) -> ReportLink | None:
    return from_document(ReportLink, document) if document else None
