"""Writing the documents of a chunk: what is new, and what becomes of a row whose place is taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic, busy
from backend.intake.quality import Refusal
from backend.records import rules, store
from backend.records.model import Standing
from backend.records.service import rippling
from backend.records.service.linking import Document, Run
from schemas.terms import RippleCause

ATTEMPTS = 6


@dataclass(frozen=True)
class Written:
    """What became of the rows of one chunk that were ready to be written."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    known: frozenset[int] = frozenset()
    """The places of those that were not new."""


def write(run: Run, documents: Sequence[Document]) -> Written:
    """Insert what is new; settle what is there already. A tombstone lies under the same unique index as its record did, so
    that what was erased is found here and nowhere else, even when it is erased at this moment."""
    there = store.insert_new(run.deps.db, documents)
    if not there:
        return Written(len(documents), 0, 0, ())
    standing = store.standing(run.deps.db, {documents[place]["subject_id"] for place in there})
    changed, unchanged, refused = 0, 0, []
    for place in there:
        document = documents[place]
        where, line = (document["subject_id"], document["key"]), document["source"]["line"]
        outcome, known = _settled(run, document, standing.get(where))
        # A later row of this chunk meets what is there now.
        standing[where] = known
        if outcome is rules.Outcome.UNCHANGED:
            unchanged += 1
        elif outcome is rules.Outcome.CHANGED:
            changed += 1
        elif known.tombstone is not None:
            refused.append(rules.buried(line, known.tombstone))
        else:
            refused.append(rules.repeated(line))
    return Written(len(documents) - len(there), changed, unchanged, tuple(refused), frozenset(there))


def _settled(run: Run, document: Document, known: Standing | None) -> tuple[rules.Outcome, Standing]:
    """What becomes of a row whose key is not free, and what stands there afterwards; looked at again when another was
    faster."""
    for _ in range(ATTEMPTS):
        if known is not None:
            outcome = _outcome(run, document, known)
            if outcome is not rules.Outcome.CHANGED:
                return outcome, known
            if _correct(run.deps, run.actor, known=known, document=document):
                return outcome, _corrected(known, document)
        known = store.stands(run.deps.db, document["subject_id"], document["key"])
    raise busy()


def _corrected(known: Standing, document: Document) -> Standing:
    source = document["source"]
    return replace(
        known,
        digest=document["digest"],
        batch_id=source["batch_id"],
        line=source["line"],
        received_at=source["received_at"],
    )


def _outcome(run: Run, document: Document, known: Standing) -> rules.Outcome:
    """As the record stands; but where an earlier row of this file left it as it is, that row holds."""
    outcome = rules.settle(known, document["digest"], document["source"], run.batch)
    key = bytes.fromhex(document["key"])
    if outcome is rules.Outcome.UNCHANGED and known.batch_id != run.batch.id:
        run.spoken.add(key)
    elif outcome is rules.Outcome.CHANGED and key in run.spoken:
        return rules.Outcome.REPEATED
    return outcome


@atomic
def _correct(deps: Deps, actor: Actor, *, known: Standing, document: Document) -> bool:
    """Put the provider's correction into the record; false when another was faster."""
    change = rules.correction(deps.now())
    if not store.correct(deps.db, known, document, change):
        return False
    subject_id = document["subject_id"]
    rippling.begin_for(deps, known.id, subject_id, RippleCause.CORRECTED)
    audit.record(
        deps,
        actor,
        "records.correct",
        known.id,
        subject_id=subject_id,
        batch_id=document["source"]["batch_id"],
    )
    return True
