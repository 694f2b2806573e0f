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

SILENCE = "\n".join(texts.FORGOTTEN)
DELETED = frozenset({RippleCause.ERASED, RippleCause.WITHDRAWN})


def forget(deps: Deps, *, record_id: str, subject_id: str) -> None:
    """Take statements, notes and evidence out of every case of this record: there is nothing to judge. A case that still
    runs is closed by it. Done once, doing it again changes nothing."""
    for case in store.list_of_record(deps.db, subject_id, record_id):
        _forget(deps, case)


class Forgetting:
    """A consumer of ripples that looks once more. The deletion itself has forgotten already, in its own transaction; this
    reaches what a process of another release, which does not know that, wrote meanwhile (Regulation 37)."""

    name = "objections.forgetting"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        if ripple.what in DELETED:
            forget(deps, record_id=ripple.record_id, subject_id=ripple.subject_id)


def _forget(deps: Deps, case: Objection) -> None:
    case = moving.settled(deps, case)
    evidence.erase_case(deps, case.id)
    if not _speaks(deps, case):
        return
    silent = replace(
        case,
        statement_sealed=deps.sealer.seal(moving.ROOM, SILENCE),
        events=tuple(replace(event, note_sealed=None) for event in case.events),
    )
    moving.save(deps, moving.BY_ITSELF, silent, "objections.forget")


def _speaks(deps: Deps, case: Objection) -> bool:
    """Whether it holds a word of anybody."""
    if any(event.note_sealed for event in case.events):
        return True
    return bool(deps.sealer.open(case.statement_sealed) != SILENCE)
