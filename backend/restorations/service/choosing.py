"""Before an application: which of the own adverse records it may be about, and which clocks would run."""

from datetime import date

from backend.audit import service as audit
from backend.calendars import service as calendars
from backend.clocks import service as limits
from backend.clocks.model import Outlook
from backend.common.actor import Actor
from backend.common.clock import shanghai_date
from backend.common.deps import Deps
from backend.common.pages import Page
from backend.records import service as records
from backend.records.model import Record
from backend.records.service import ShownRecord
from backend.restorations import errors, rules, store, texts
from backend.restorations.model import Candidate
from backend.restorations.service import applying
from schemas.terms import Nature, RestorationState
from schemas.text import Text


def candidates(deps: Deps, actor: Actor, *, limit: int = 20, cursor: str | None = None) -> Page[Candidate]:
    """The own adverse records that may be shown now, newest first, to who has just proved to be that person; with what keeps
    the restoration of each from being asked for, if anything does. Only those of this part are opened. Raises 422
    `list.bad_cursor`."""
    subject_id = actor.require_verified(deps.now())
    held = [one for one in records.of_subject(deps, subject_id) if one.nature is Nature.ADVERSE]
    scope = f"restoration-candidates:{subject_id}"
    part = records.part_of(deps, held, scope=scope, limit=limit, cursor=cursor)
    _look(deps, actor, texts.CHOICE_SCOPE)
    open_ids, today = _open_ids(deps, subject_id), shanghai_date(deps.now())
    pairs = zip(part.items, records.show(deps, part.items), strict=True)
    found = tuple(_candidate(record, shown, today, open_ids) for record, shown in pairs)
    return Page(found, part.next_cursor)


def candidate(deps: Deps, actor: Actor, *, record_id: str) -> Candidate:
    """One own record, adverse or not. Raises 404 `restorations.record_not_found`."""
    subject_id = actor.require_verified(deps.now())
    record = records.find_own(deps, subject_id, record_id)
    if record is None:
        raise errors.record_not_found()
    _look(deps, actor, texts.CASE_SCOPE, record_id)
    (shown,) = records.show(deps, [record])
    return _candidate(record, shown, shanghai_date(deps.now()), _open_ids(deps, subject_id))


def outlook(deps: Deps) -> Outlook:
    """The clocks that would run if an application were received now, and what may follow."""
    now, live = deps.now(), limits.limits()
    calendar = calendars.calendar(deps)
    begun = rules.opened(live[rules.ACCEPT], live[rules.FEEDBACK], now, calendar, limits.LIVE)
    shown = tuple(limits.shown(clock, now) for clock in begun)
    return Outlook(shown, rules.coming(RestorationState.SUBMITTED, live))


def _candidate(record: Record, shown: ShownRecord, today: date, open_ids: dict[str, str]) -> Candidate:
    refusal = applying.hindered(record, today)
    return Candidate(shown, refusal.text if refusal else None, open_ids.get(record.id))


def _open_ids(deps: Deps, subject_id: str) -> dict[str, str]:
    return {case.record_id: case.id for case in store.list_open(deps.db, subject_id)}


def _look(deps: Deps, actor: Actor, scope: Text, record_id: str | None = None) -> None:
    audit.look(
        deps,
        actor,
        "restorations.choose",
        subject_id=actor.require_subject(),
        purpose=texts.CHOOSING,
        scope=scope,
        target_id=record_id,
    )
