"""Who is calling: on the way of every request, so it is one signature check (remembered) and one read by id."""

from datetime import datetime

from backend.accounts import errors, rules, store
from backend.accounts.model import Session
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.handles import Ahead
from schemas.terms import Channel


def authenticate(deps: Deps, bearer: str, channel: Channel, *, ahead: Ahead | None = None) -> Actor:
    """The actor of an access token whose session still lives; `ahead` is read of its subject in the same operation.

    The session is read each time, so one that ends is over at once in every process, and level, subject and
    `verified_until` are what they are now, not what they were when the token was signed. Raises 401 `auth.invalid_token`,
    `auth.expired_token` or `auth.session_ended`.
    """
    now = deps.now()
    claims = deps.tokens.read(bearer, now=now)
    session = _read(deps, claims["sid"], now, ahead)
    if session is None or session.account_id != claims["sub"] or not rules.is_live(session, now):
        raise errors.session_ended()
    if rules.idle_is_stale(session, now):
        store.touch_session(deps.db, session.id, now + rules.idle(session.role))
    return _actor(session, rules.channel_of(session.role, channel), deps)


def _read(deps: Deps, session_id: str, now: datetime, ahead: Ahead | None) -> Session | None:
    """What was read ahead is handed out only of a live session: the database looks for the rest by that one alone."""
    if ahead is None:
        return store.find_session(deps.db, session_id)
    found = store.find_live_session(deps.db, session_id, now, ahead.parts)
    if found is None:
        return None
    session, parts = found
    if session.subject_id is not None:
        ahead.found = parts
    return session


def _actor(session: Session, channel: Channel, deps: Deps) -> Actor:
    return Actor(
        id=session.account_id,
        role=session.role,
        channel=channel,
        session_id=session.id,
        subject_id=session.subject_id,
        name=session.name,
        unit=session.unit,
        level=rules.level_at(session, deps.now()),
        verified_until=session.verified_until,
    )
