"""When a record is deleted from the database, what was written about it in a contest goes too: it may repeat the record."""

from dataclasses import replace

from backend.audit import service as audit
from backend.common.actor import system
from backend.common.deps import Deps
from backend.common.mongo import Retry
from backend.eligibility import store, texts
from backend.eligibility.model import Contest
from backend.eligibility.service.contesting import ROOM
from schemas.terms import Channel

BY_ITSELF = system(Channel.WORKER, "eligibility")
_SILENCE = "\n".join(texts.FORGOTTEN)


def forget(deps: Deps, *, record_id: str, subject_id: str) -> None:
    """Take the words out of every contest of a check that used this record; in the transaction that deletes it, and done
    again it changes nothing. A contest that is open stays open: the person still has a right to a person's answer."""
    for found in store.contests_about(deps.db, record_id):
        if found.subject_id == subject_id and _speaks(deps, found):
            _forget(deps, found)


def _forget(deps: Deps, found: Contest) -> None:
    silent = deps.sealer.seal(ROOM, _SILENCE)
    after = replace(
        found, statement_sealed=silent, explanation_sealed=silent if found.explanation_sealed else None
    )
    if not store.put_contest(deps.db, found, after):
        raise Retry(found.id)
    audit.record(deps, BY_ITSELF, "eligibility.forget", found.id, subject_id=found.subject_id)


def _speaks(deps: Deps, found: Contest) -> bool:
    """Whether it holds a word of anybody."""
    kept = [sealed for sealed in (found.statement_sealed, found.explanation_sealed) if sealed is not None]
    return any(deps.sealer.open(sealed) != _SILENCE for sealed in kept)
