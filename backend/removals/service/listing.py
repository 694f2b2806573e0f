"""What was removed, as the subject and the provider see it."""

from dataclasses import replace

from backend.audit import service as audit
from backend.clocks import service as clocks
from backend.clocks.model import ShownClock
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.pages import Page, Position
from backend.records import service as records
from backend.removals import store, texts
from backend.removals.model import Removal, ShownRemoval, UnitRemoval
from schemas.terms import Role


def mine(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownRemoval]:
    """What was removed of the caller's record, newest first, each with its reason and its proof.

    What the deciding side wrote itself, numbers and notes, is for who has just proved to be that person; the look is written
    down before it leaves.
    """
    page = own_words(deps, actor, limit=limit, cursor=cursor)
    if page.items and actor.is_verified(deps.now()):
        audit.look(
            deps,
            actor,
            "removals.read",
            subject_id=actor.require_subject(),
            purpose=texts.OWN_PURPOSE,
            scope=texts.SCOPE,
        )
    return page


def own_words(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[ShownRemoval]:
    """The same for a feature that has written the look down itself."""
    subject_id = actor.require_subject()
    scope = f"removals:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_of_subject(deps.db, subject_id, after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, _position)
    told = tuple(shown(deps, removal) for removal in page.items)
    if not actor.is_verified(deps.now()):
        told = tuple(replace(one, note=None, document_no=None) for one in told)
    return Page(told, page.next_cursor)


def of_unit(deps: Deps, actor: Actor, *, limit: int, cursor: str | None = None) -> Page[UnitRemoval]:
    """What was removed of the caller's unit, newest first: rows that must not be handed in again."""
    actor.require(Role.PROVIDER)
    scope = f"removals:unit:{actor.unit}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_of_unit(deps.db, actor.unit or "", after=after, limit=limit + 1)
    page = deps.cursors.page(found, limit, scope, _position)
    return Page(tuple(_for_unit(deps, removal) for removal in page.items), page.next_cursor)


def shown(deps: Deps, removal: Removal) -> ShownRemoval:
    """A removal in words, its note opened."""
    note = removal.note_sealed
    return ShownRemoval(
        id=removal.id,
        kind=removal.kind,
        record_id=removal.record_id,
        unit=records.unit_name(deps, removal.unit_code),
        reason=removal.reason.text,
        article=removal.basis.text,
        note=None if note is None else str(deps.sealer.open(note)),
        document_no=removal.document_no,
        noticed_on=removal.noticed_on,
        case_id=removal.case_id,
        asked_at=removal.asked_at,
        due_on=removal.clock.due_on if removal.clock else None,
        clocks=_clocks(deps, removal),
        done_at=removal.done_at,
        proof_id=removal.proof_id,
    )


def _for_unit(deps: Deps, removal: Removal) -> UnitRemoval:
    return UnitRemoval(
        id=removal.id,
        kind=removal.kind,
        batch_id=removal.batch_id,
        line=removal.line,
        reason=removal.reason.text,
        article=removal.basis.text,
        document_no=removal.document_no,
        asked_at=removal.asked_at,
        due_on=removal.clock.due_on if removal.clock else None,
        clocks=_clocks(deps, removal),
        done_at=removal.done_at,
    )


def _clocks(deps: Deps, removal: Removal) -> tuple[ShownClock, ...]:
    return (clocks.shown(removal.clock, deps.now()),) if removal.clock else ()


def _position(removal: Removal) -> Position:
    return Position(removal.asked_at, removal.id)
