"""Face challenges in MongoDB; every change of state is a compare-and-set."""

from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from backend.common.documents import from_document, to_document
from backend.common.mongo import Database
from backend.facechecks.model import Challenge, ChallengeState

COLLECTION = "face_challenges"
# Long enough that a late answer is told "expired" rather than "unknown".
KEPT = timedelta(days=1)
INDEXES = [
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())),
]
COLLECTIONS = {COLLECTION: INDEXES}


def insert(db: Database, challenge: Challenge) -> None:
    db[COLLECTION].insert_one(to_document(challenge))


def find_own(db: Database, subject_id: str, session_id: str | None, challenge_id: str) -> Challenge | None:
    """The challenge, if it was made for this person in this session."""
    found = db[COLLECTION].find_one({"_id": challenge_id, "subject_id": subject_id, "session_id": session_id})
    return from_document(Challenge, found) if found else None


def claim(db: Database, challenge_id: str, nonce_hash: bytes, now: datetime, *, faults: int) -> bool:
    """Use the nonce up; true for exactly one of several uploads, and only before the deadline.

    Not when it was released since `faults` were read: whoever waited with old ones would be borne once too often.
    """
    wanted = {
        "_id": challenge_id,
        "state": ChallengeState.OPEN,
        "nonce_hash": nonce_hash,
        "expires_at": {"$gt": now},
        "faults": faults,
    }
    claimed = db[COLLECTION].update_one(wanted, {"$set": {"state": ChallengeState.JUDGING}})
    return claimed.modified_count == 1


def release(db: Database, challenge_id: str, *, again: bool) -> bool:
    """Nothing was judged: `again` opens the challenge for the rest of its time, otherwise it is closed unjudged."""
    state = ChallengeState.OPEN if again else ChallengeState.JUDGED
    released = db[COLLECTION].update_one(
        {"_id": challenge_id, "state": ChallengeState.JUDGING},
        {"$set": {"state": state}, "$inc": {"faults": 1}},
    )
    return released.modified_count == 1


def settle(db: Database, challenge_id: str, *, passed: bool) -> bool:
    settled = db[COLLECTION].update_one(
        {"_id": challenge_id, "state": ChallengeState.JUDGING},
        {"$set": {"state": ChallengeState.JUDGED, "passed": passed}},
    )
    return settled.modified_count == 1
