"""What is kept about a removal says nothing of what was removed: seen to when it is written, and again when the record goes."""

from backend.common.deps import Deps
from backend.records import service as records
from backend.records.model import Record
from backend.registry import service as registry
from backend.removals import errors, rules, store


def require_silent(deps: Deps, record: Record, *texts: str) -> None:
    """Raise 422 `removals.tells_record` when one of the texts repeats the record's words or says who it is about."""
    subject = registry.find(deps, record.subject_id)
    who = registry.words_of(deps, subject) if subject else None
    opened = records.opened(deps, record)
    if any(rules.tells(text, opened, who) for text in texts):
        raise errors.tells_record()


def forget(deps: Deps, *, record_id: str, subject_id: str) -> None:
    """Take numbers and words out of what hid the record before it was deleted; in the deletion's transaction. Its own removal
    was kept silent when it was asked for."""
    store.silence(deps.db, record_id, subject_id)
