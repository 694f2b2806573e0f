"""When a record is deleted from the database, what was written about it in its cases goes too: it may repeat the record."""

from dataclasses import replace

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence import service as evidence
from backend.objections import store, texts
from backend.objections.model import Objection
from backend.objections.service import moving
from backend.records.model import Ripple
from schemas.terms import RippleCause

MOST_CASES = 10_000
"""More than one person can ever have: one at a time a record."""
DELETED = frozenset({RippleCause.ERASED, RippleCause.WITHDRAWN})


class Forgetting:
    """A consumer of ripples (Regulation 37). The case itself stays: what was asked, when, by which clocks, how it ended."""

    name = "objections.forgetting"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        """Take statements, notes and evidence out of every case of this record: there is nothing to judge. A case that
        still runs is closed by it."""
        if ripple.what not in DELETED:
            return
        for case in store.list_own(deps.db, ripple.subject_id, after=None, limit=MOST_CASES):
            if case.record_id == ripple.record_id:
                _forget(deps, case)


def _forget(deps: Deps, case: Objection) -> None:
    case = moving.settled(deps, case)
    evidence.erase_case(deps, case.id)
    silent = replace(
        case,
        statement_sealed=deps.sealer.seal(moving.ROOM, "\n".join(texts.FORGOTTEN)),
        events=tuple(replace(event, note_sealed=None) for event in case.events),
    )
    moving.save(deps, moving.BY_ITSELF, silent, "objections.forget")
