"""Writing down who did what, and who looked, before anything leaves."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from backend.audit import errors, rules, store
from backend.audit.model import Entry, Scalar, Seal, Sentence
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.handles import Part
from backend.common.mongo import DriverError, Retry, before_commit, collided, in_transaction
from backend.common.pages import Page, Position
from schemas.terms import Role
from schemas.text import Text

# Of those who write to one chain at the same moment one succeeds at a time, so the last of many tries about as often as there
# are writers; more than this at one person's log is no use any more.
ATTEMPTS = 100
LONGEST_WAIT_S = 0.05
STRIPES = 32
_ACTS, _LOOKS = "acts:", "looks:"
# A writer that was paused longer than this between taking its time and writing would fall into a closed period.
SETTLING = timedelta(minutes=10)


@dataclass(frozen=True)
class _Act:
    """What one line of the log says, before it gets its place in a chain."""

    action: str
    subject_id: str | None
    target_id: str | None
    details: dict[str, Scalar]
    purpose: Text | None = None
    scope: Text | None = None


def record(
    deps: Deps,
    actor: Actor,
    action: str,
    target_id: str | None = None,
    *,
    subject_id: str | None = None,
    **details: Scalar,
) -> Entry:
    """Write down an act (`feature.verb`). `details` are facts without personal data.

    Raises 503 `audit.not_written` when the database does not take the line; inside a transaction nothing of it stays.
    """
    return _write(deps, actor, _Act(action, subject_id, target_id, details))


def record_behind(
    deps: Deps,
    actor: Actor,
    action: str,
    target_id: str,
    *,
    subject_id: str,
    newest: Sequence[Entry] | None,
    **details: Scalar,
) -> Entry:
    """The same about a subject whose last act the caller has read (`one_reading_of_acts`), to spare reading it again."""
    return _write(deps, actor, _Act(action, subject_id, target_id, details), newest)


def look(
    deps: Deps,
    actor: Actor,
    action: str,
    *,
    subject_id: str,
    purpose: Text,
    scope: Text,
    target_id: str | None = None,
    newest: Sequence[Entry] | None = None,
    **details: Scalar,
) -> Entry:
    """Write down a look at restricted information; when this returns, the line is on the majority's disks.

    Call it before the data leaves: if it raises, nothing may be shown (Measures 19, 26). Whatever keeps the database
    from taking the line becomes `audit.not_written`. `newest`: the subject's looks that the caller has just read, newest
    first (empty: there were none), to spare reading that again. Inside a transaction the line is durable once that commits.
    """
    act = _Act(action, subject_id, target_id, details, purpose, scope)
    return _write(deps, actor, act, newest)


def newest_looks(deps: Deps, subject_id: str, *, limit: int, before: int | None = None) -> tuple[Entry, ...]:
    """The latest looks at a subject's information (or those before a `seq`), newest first; the first one's `seq` is the
    number of all up to it."""
    return tuple(store.list_newest(deps.db, _looks(subject_id), before=before, limit=limit))


def one_reading(limit: int) -> Part[Entry]:
    """The latest looks at a subject's information as one part of a joined read."""
    return store.newest(_LOOKS, limit)


def one_reading_of_acts(limit: int) -> Part[Entry]:
    """The latest acts about a subject as one part of a joined read."""
    return store.newest(_ACTS, limit)


def looks(deps: Deps, subject_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
    """Every look at a subject's information, newest first, in pages."""
    scope = f"access-log:{subject_id}"
    after = deps.cursors.read(cursor, scope)
    before = int(after.id) if after else None
    found = store.list_newest(deps.db, _looks(subject_id), before=before, limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda entry: Position(entry.at, str(entry.seq)))


def count_looks(deps: Deps, subject_id: str, *, action: str, since: datetime) -> int:
    return store.count_in(deps.db, _looks(subject_id), action, since)


def find_look(deps: Deps, subject_id: str, entry_id: str) -> Entry | None:
    """One line of a subject's own log."""
    return store.find_in(deps.db, _looks(subject_id), entry_id)


def find_report(deps: Deps, report_no: str) -> Entry | None:
    """The look that a report with this number was, if there is one (`details["report_no"]`)."""
    return store.find_report(deps.db, report_no)


def seal_log(deps: Deps) -> Seal | None:
    """Close the period since the last seal; the worker does so every hour, and twice at once changes nothing."""
    last = store.find_last_seal(deps.db)
    begins_at = last.ends_at if last else store.find_first_at(deps.db)
    ends_at = deps.now() - SETTLING
    if begins_at is None or begins_at >= ends_at:
        return None
    entries, digest = rules.digest(store.macs_between(deps.db, begins_at, ends_at))
    number, prev = (last.id + 1, last.mac) if last else (1, rules.GENESIS)
    seal = rules.sealed(Seal(number, begins_at, ends_at, entries, digest, prev), deps.audit_key)
    return seal if store.insert_seal(deps.db, seal) else None


def closed_until(deps: Deps) -> datetime | None:
    """The end of the last sealed period: a line dated before it would look like tampering."""
    last = store.find_last_seal(deps.db)
    return last.ends_at if last else None


def verify_log(deps: Deps) -> Iterator[str]:
    """Every fault of the whole log, in words; none means that nothing was changed, removed or cut off."""
    yield from rules.faults(store.each_in_order(deps.db), deps.audit_key)
    before: Seal | None = None
    for seal in store.each_seal(deps.db):
        counted = rules.digest(store.macs_between(deps.db, seal.begins_at, seal.ends_at))
        yield from rules.seal_faults(seal, before, counted, deps.audit_key)
        before = seal


def _write(deps: Deps, actor: Actor, act: _Act, newest: Sequence[Entry] | None = None) -> Entry:
    """Append, with the driver's faults told as ours; a collision is left to `atomic`, which begins anew."""
    try:
        return _append(deps, actor, act, newest)
    except DriverError as error:
        if collided(error):
            raise
        raise _not_written(act) from error


def _append(deps: Deps, actor: Actor, act: _Act, newest: Sequence[Entry] | None) -> Entry:
    """Put the line at the end of its chain; a writer who was faster takes the place, so look again and go behind it."""
    for attempt in range(ATTEMPTS):
        chain = _chain(deps, actor, act)
        last = store.last_waiting(chain)
        if last is None:
            known = newest is not None and attempt == 0
            last = next(iter(newest or ()), None) if known else store.find_last(deps.db, chain)
        entry = rules.signed(_entry(deps, actor, act, (chain, last)), deps.audit_key)
        if in_transaction():
            return _with_the_others(deps, entry)
        if store.insert(deps.db, entry):
            return entry
        time.sleep(deps.random.uniform(0, min(LONGEST_WAIT_S, 0.001 * 2**attempt)))
    raise _not_written(act)


def _with_the_others(deps: Deps, entry: Entry) -> Entry:
    """All lines of a transaction are one command, the last before it commits, so that a place in a chain is taken briefly."""
    waiting = store.waiting()
    if not waiting:
        before_commit(partial(_write_waiting, deps))
    waiting.append(entry)
    return entry


def _write_waiting(deps: Deps) -> None:
    entries = store.written_off()
    try:
        written = store.insert_all(deps.db, entries)
    except DriverError as error:
        if collided(error):
            raise
        looks = any(entry.look for entry in entries)
        raise (errors.not_written() if looks else errors.act_not_written()) from error
    if not written:
        raise Retry(entries[0].chain)


def _not_written(act: _Act) -> ServiceError:
    return errors.not_written() if act.purpose else errors.act_not_written()


def _chain(deps: Deps, actor: Actor, act: _Act) -> str:
    if act.subject_id is not None:
        return _looks(act.subject_id) if act.purpose else _acts(act.subject_id)
    if actor.role in (
        Role.ANONYMOUS,
        Role.SYSTEM,
        Role.MERCHANT,
    ):  # one name for many callers at once: spread, or they queue
        return f"actor:{actor.id}:{deps.random.randrange(STRIPES)}"
    return f"actor:{actor.id}"


def _acts(subject_id: str) -> str:
    return _ACTS + subject_id


def _looks(subject_id: str) -> str:
    return _LOOKS + subject_id


def _entry(deps: Deps, actor: Actor, act: _Act, place: tuple[str, Entry | None]) -> Entry:
    chain, last = place
    return Entry(
        id=deps.new_id(),
        at=deps.now(),
        chain=chain,
        seq=last.seq + 1 if last else 1,
        prev=last.mac if last else rules.GENESIS,
        actor_id=actor.id,
        actor_role=actor.role,
        actor_name=actor.name,
        actor_unit=actor.unit,
        channel=actor.channel,
        action=act.action,
        look=act.purpose is not None,
        subject_id=act.subject_id,
        target_id=act.target_id,
        purpose=Sentence(*act.purpose) if act.purpose else None,
        scope=Sentence(*act.scope) if act.scope else None,
        details=act.details if actor.through is None else {**act.details, "through": actor.through},
    )
