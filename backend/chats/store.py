"""Bindings, their codes, and the turns of dialogues in MongoDB.

Nobody can read in the database whose chat it is or what was said in it.
"""

from collections.abc import Collection
from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from backend.chats.model import Aside, Binding, Code, Dialogue
from backend.common.documents import from_document, to_document
from backend.common.mongo import Database, Document
from schemas.terms import Way

BINDINGS = "chat_bindings"
CODES = "chat_codes"
DIALOGUES = "chat_dialogues"
CHANNELS = "chat_channels"
ASIDE = "chat_aside"
_ENDS = IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)
COLLECTIONS = {
    BINDINGS: [
        IndexModel([("account_id", ASCENDING), ("channel", ASCENDING)], unique=True),
        IndexModel([("channel", ASCENDING), ("chat", ASCENDING)], unique=True),
    ],
    CODES: [
        IndexModel([("code_hash", ASCENDING)], unique=True),
        IndexModel([("account_id", ASCENDING)]),
        _ENDS,
    ],
    DIALOGUES: [_ENDS],
    CHANNELS: [],
    ASIDE: [IndexModel([("channel", ASCENDING), ("number", ASCENDING)], unique=True), _ENDS],
}


def put_code(db: Database, code: Code) -> bool:
    """The only one of account and channel from now on. False when another account has the same, which is chance."""
    try:
        db[CODES].replace_one({"_id": code.id}, to_document(code), upsert=True)
    except DuplicateKeyError:
        return False
    return True


def take_code(db: Database, code_hash: bytes, at: datetime) -> Code | None:
    """The code, which is used up by this."""
    found = db[CODES].find_one_and_delete({"code_hash": code_hash, "expires_at": {"$gt": at}})
    return from_document(Code, found) if found else None


def insert(db: Database, binding: Binding) -> bool:
    """False when the account or the chat got another one at this moment."""
    try:
        db[BINDINGS].insert_one(to_document(binding))
    except DuplicateKeyError:
        return False
    return True


def find_of_chat(db: Database, channel: Way, chat: str) -> Binding | None:
    return _binding(db[BINDINGS].find_one({"channel": channel.value, "chat": chat}))


def find(db: Database, binding_id: str) -> Binding | None:
    return _binding(db[BINDINGS].find_one({"_id": binding_id}))


def find_many(db: Database, binding_ids: Collection[str]) -> list[Binding]:
    found = db[BINDINGS].find({"_id": {"$in": list(binding_ids)}})
    return [from_document(Binding, document) for document in found]


def list_of(db: Database, account_id: str) -> list[Binding]:
    found = db[BINDINGS].find({"account_id": account_id}, sort=[("channel", ASCENDING)])
    return [from_document(Binding, document) for document in found]


def remove(db: Database, binding_id: str) -> bool:
    return db[BINDINGS].delete_one({"_id": binding_id}).deleted_count == 1


def remove_codes(db: Database, account_id: str) -> None:
    db[CODES].delete_many({"account_id": account_id})


def touch(db: Database, binding_id: str, at: datetime) -> None:
    """The chat was used now; an earlier instant changes nothing."""
    db[BINDINGS].update_one({"_id": binding_id}, {"$max": {"last_used_at": at}})


def enter(db: Database, chat_id: str, ticket: str, *, for_ms: int, expires_at: datetime) -> Document:
    """Stand in the chat's queue, or keep standing in it, for so long by the server's clock; whoever let that pass is out.

    The answer holds the dialogue and `queue`, in the order in which tickets came; the first one's turn it is.
    """
    until = {"$add": ["$$NOW", for_ms]}
    alive = {"$or": [{"$gt": ["$$this.until", "$$NOW"]}, {"$eq": ["$$this.id", ticket]}]}
    renewed = {
        "$cond": [{"$eq": ["$$this.id", ticket]}, {"id": "$$this.id", "until": until}, "$$this"],
    }
    standing = {"$map": {"input": {"$filter": {"input": "$queue", "cond": alive}}, "in": renewed}}
    joined = {"$concatArrays": ["$queue", [{"id": ticket, "until": until}]]}
    steps: list[Document] = [
        {"queue": {"$ifNull": ["$queue", []]}, "expires_at": {"$max": ["$expires_at", expires_at]}},
        {"queue": standing},
        {"queue": {"$cond": [{"$in": [ticket, "$queue.id"]}, "$queue", joined]}},
    ]
    for last in (False, True):
        try:
            found = db[DIALOGUES].find_one_and_update(
                {"_id": chat_id},
                [{"$set": step} for step in steps],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            return found or {}
        except DuplicateKeyError:
            # Two first messages met in their upsert; the second time the document is there.
            if last:
                raise
    raise AssertionError("unreachable")


def stay(db: Database, chat_id: str, ticket: str, *, for_ms: int) -> bool:
    """The turn lasts longer; false when it is not this ticket's any more."""
    until = {"$add": ["$$NOW", for_ms]}
    renewed = {
        "$cond": [{"$eq": ["$$this.id", ticket]}, {"id": "$$this.id", "until": until}, "$$this"],
    }
    change: Document = {"$set": {"queue": {"$map": {"input": "$queue", "in": renewed}}}}
    found = db[DIALOGUES].update_one({"_id": chat_id, "queue.0.id": ticket}, [change])
    return found.matched_count == 1


def leave(db: Database, chat_id: str, ticket: str, after: Dialogue | None) -> bool:
    """Out of the queue; with `after` the dialogue stands there from now on. False, and nothing is written, when it was not
    this ticket's turn any more."""
    change: Document = {"$pull": {"queue": {"id": ticket}}}
    wanted: Document = {"_id": chat_id}
    if after is not None:
        document = to_document(after)
        document.pop("_id")
        wanted["queue.0.id"] = ticket
        change["$set"] = document
    return db[DIALOGUES].update_one(wanted, change).matched_count == 1


def remove_dialogue(db: Database, chat_id: str) -> None:
    """What a chat was told is forgotten; whoever stands in its queue finds a new one."""
    db[DIALOGUES].update_one({"_id": chat_id}, {"$set": {"state_sealed": None, "answered": []}})


def put_channel(db: Database, channel: Way, name: str) -> None:
    db[CHANNELS].replace_one({"_id": channel.value}, {"name": name}, upsert=True)


def find_channel(db: Database, channel: Way) -> str | None:
    found = db[CHANNELS].find_one({"_id": channel.value})
    return str(found["name"]) if found else None


def dialogue_of(document: Document) -> Dialogue:
    return from_document(Dialogue, document)


def _binding(document: Document | None) -> Binding | None:
    return from_document(Binding, document) if document else None


def put_aside(db: Database, aside: Aside) -> None:
    """Once, however often it is put there."""
    db[ASIDE].replace_one({"_id": aside.id}, to_document(aside), upsert=True)


def list_aside(db: Database, channel: Way, at: datetime) -> list[Aside]:
    """The earliest first."""
    wanted = {"channel": channel.value, "expires_at": {"$gt": at}}
    return [
        from_document(Aside, document) for document in db[ASIDE].find(wanted, sort=[("number", ASCENDING)])
    ]


def drop_aside(db: Database, aside_id: str) -> None:
    db[ASIDE].delete_one({"_id": aside_id})
