"""When a record is deleted from the database, what was written about it in its cases goes too: it may repeat the record."""

from dataclasses import replace

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.evidence import service as evidence
from backend.records.model import Ripple
from backend.restorations import rules, store, texts
from backend.restorations.model import Restoration
from backend.restorations.service import moving
from schemas.notices import DeskNoticeKind, NoticeKind
from schemas.terms import RestorationAct, RestorationState, RippleCause

SILENCE = "\n".join(texts.FORGOTTEN)
DELETED = frozenset({RippleCause.ERASED, RippleCause.WITHDRAWN})


def forget(deps: Deps, *, record_id: str, subject_id: str) -> None:
    """Take pledges, notes and evidence out of every case of this record: there is nothing to restore. An application
    that is still open is closed by it. Done once, doing it again changes nothing."""
    for case in store.list_of_record(deps.db, subject_id, record_id):
        _forget(deps, case)


class Forgetting:
    """A consumer of ripples that looks once more. The deletion itself has forgotten already, in its own transaction; this
    reaches what a process of another release, which does not know that, wrote meanwhile (Regulation 37)."""

    name = "restorations.forgetting"

    def judge_again(self, deps: Deps, actor: Actor, ripple: Ripple) -> None:
        if ripple.what in DELETED:
            forget(deps, record_id=ripple.record_id, subject_id=ripple.subject_id)


def _forget(deps: Deps, case: Restoration) -> None:
    evidence.erase_case(deps, case.id)
    is_open = case.state in rules.OPEN
    if not is_open and not _speaks(deps, case):
        return
    closed = moving.moved(deps, moving.BY_ITSELF, case, RestorationAct.CLOSE) if is_open else case
    silent = replace(
        closed,
        pledge_sealed=deps.sealer.seal(moving.ROOM, SILENCE),
        document_no=None,
        events=tuple(replace(event, note_sealed=None) for event in closed.events),
    )
    moving.save(deps, moving.BY_ITSELF, silent, "restorations.forget")
    if is_open:
        _tell(deps, case)


def _tell(deps: Deps, case: Restoration) -> None:
    """Both sides of a case that was still open when its record went."""
    moving.tell_resident(deps, case, NoticeKind.RESTORATION_VOID)
    moving.tell_officers(deps, case, DeskNoticeKind.RECORD_GONE)
    if case.state is RestorationState.ACCEPTED:
        moving.tell_provider(deps, case, DeskNoticeKind.RECORD_GONE)


def _speaks(deps: Deps, case: Restoration) -> bool:
    """Whether it holds a word of anybody."""
    if case.document_no is not None or any(event.note_sealed for event in case.events):
        return True
    return bool(deps.sealer.open(case.pledge_sealed) != SILENCE)
