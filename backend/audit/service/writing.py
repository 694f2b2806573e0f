"""Writing down who did what, and who looked, before anything leaves."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from backend.audit import errors, rules, store
from backend.audit.model import Entry, Scalar, Sentence
from backend.audit.service.chains import acts_of, looks_of
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import DriverError, Retry, before_commit, collided, in_transaction
from schemas.terms import Role
from schemas.text import Text

# Of those who write to one chain at the same moment one succeeds at a time, so the last of many tries about as often as there
# are writers; more than this at one person's log is no use any more.
ATTEMPTS = 100
LONGEST_WAIT_S = 0.05
STRIPES = 32


@dataclass(frozen=True)
class _Act:
    """What one line of the log says, before it gets its place in a chain."""

    action: str
    subject_id: str | None
    target_id: str | None
    details: dict[str, Scalar]
    purpose: Text | None = None
    scope: Text | None = None
    once: str | None = None


class _Taken(Exception):
    """A report of this number has its line already."""


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


def look_once(
    deps: Deps,
    actor: Actor,
    action: str,
    *,
    subject_id: str,
    purpose: Text,
    scope: Text,
    report_no: str,
    newest: Sequence[Entry] | None = None,
    **details: Scalar,
) -> Entry | None:
    """`look`, for a report of which only the first showing has the number (outside of a transaction): None, and nothing is
    written, when a line with that number is there, because somebody was quicker."""
    numbered = {"report_no": report_no, **details}
    act = _Act(action, subject_id, None, numbered, purpose, scope, once=report_no)
    try:
        return _write(deps, actor, act, newest)
    except _Taken:
        return None


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
        if act.once is not None and store.find_report(deps.db, act.once) is not None:
            raise _Taken(act.once)
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
        return looks_of(act.subject_id) if act.purpose else acts_of(act.subject_id)
    if actor.role in (
        Role.ANONYMOUS,
        Role.SYSTEM,
        Role.MERCHANT,
    ):  # one name for many callers at once: spread, or they queue
        return f"actor:{actor.id}:{deps.random.randrange(STRIPES)}"
    return f"actor:{actor.id}"


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
