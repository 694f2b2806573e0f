"""Becoming `verified`: what both ways share, and the lock of the face way.

The face check itself is the feature `facechecks`; it comes here with its outcome, as the window code does, so that both
ways give the same thing by the same line.
"""

from datetime import UTC, datetime

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.clock import SHANGHAI
from backend.common.deps import Deps
from backend.identity import errors, rules, store
from backend.identity.model import Attempt, FaceLock, Parity, Proof, WayFigures
from backend.notices import service as notices
from schemas.notices import NoticeKind
from schemas.terms import Level, ProofWay


def prove(deps: Deps, actor: Actor, *, way: ProofWay, target_id: str) -> Proof:
    """Raise the caller's session to `verified` for ten minutes, whichever way it was; unlocks the face way.

    Inside the transaction of the use case that found the proof good.
    """
    subject_id = actor.require_subject()
    now = deps.now()
    until = now + rules.VERIFIED_FOR
    tokens = accounts.raise_level(deps, actor, level=Level.VERIFIED, verified_until=until)
    store.clear_lock(deps.db, subject_id)
    store.insert_attempt(deps.db, Attempt(deps.new_id(), now, way, True, None))
    audit.record(deps, actor, "identity.verify", target_id, subject_id=subject_id, way=way.value, passed=True)
    return Proof(tokens.access_token, tokens.expires_in, Level.VERIFIED, until)


def refuse(deps: Deps, actor: Actor, *, way: ProofWay, target_id: str, reason: str) -> None:
    """Write down an attempt that failed; only that it failed and the reason that was told, no measure of likeness."""
    subject_id = actor.require_subject()
    store.insert_attempt(deps.db, Attempt(deps.new_id(), deps.now(), way, False, reason))
    audit.record(
        deps,
        actor,
        "identity.verify",
        target_id,
        subject_id=subject_id,
        way=way.value,
        passed=False,
        reason=reason,
    )


def count_face_failure(deps: Deps, actor: Actor) -> int:
    """Count an identity failure of the face way; how many attempts are left before it locks (0: it is locked now)."""
    subject_id = actor.require_subject()
    left = rules.attempts_left(store.add_failure(deps.db, subject_id))
    if left == 0:
        until = deps.now() + rules.LOCKED_FOR
        store.lock(deps.db, subject_id, until)
        audit.record(deps, actor, "identity.face_lock", subject_id, subject_id=subject_id)
        notices.send(deps, actor.id, NoticeKind.FACE_LOCKED, until=until)
    return left


def face_attempts_left(deps: Deps, actor: Actor) -> int:
    """How many identity failures in a row are left; raises 423 `identity.locked` with Retry-After while it is locked."""
    lock = store.find_lock(deps.db, actor.require_subject())
    _refuse_locked(lock, deps.now())
    return rules.attempts_left(lock.failures)


def face_lock(deps: Deps, actor: Actor) -> FaceLock:
    """Failures in a row of the caller's face checks, and until when that way is locked."""
    return store.find_lock(deps.db, actor.require_subject())


def parity(deps: Deps, *, year: int | None = None) -> Parity:
    """How many attempts of each way passed and failed in a Shanghai calendar year, this one by default."""
    year = year or deps.now().astimezone(SHANGHAI).year
    begins_at, ends_at = (datetime(y, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for y in (year, year + 1))
    counts = {
        (way, passed): count for way, passed, count in store.count_attempts(deps.db, begins_at, ends_at)
    }
    return Parity(
        year,
        tuple(WayFigures(way, counts.get((way, True), 0), counts.get((way, False), 0)) for way in ProofWay),
    )


def _refuse_locked(lock: FaceLock, now: datetime) -> None:
    if lock.locked_until is not None and lock.closed_at(now):
        raise errors.face_locked(rules.seconds_until(lock.locked_until, now))
