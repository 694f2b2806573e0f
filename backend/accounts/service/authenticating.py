"""Who is calling: on the way of every request, so it is one signature check (remembered) and one read by id."""

from backend.accounts import errors, rules, store
from backend.accounts.model import Session
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Channel


def authenticate(deps: Deps, bearer: str, channel: Channel) -> Actor:
    """The actor of an access token whose session still lives.

    The session is read each time, so one that ends is over at once in every process, and level, subject and
    `verified_until` are what they are now, not what they were when the token was signed. Raises 401 `auth.invalid_token`,
    `auth.expired_token` or `auth.session_ended`.
    """
    now = deps.now()
    claims = deps.tokens.read(bearer, now=now)
    session = store.find_session(deps.db, claims["sid"])
    if session is None or session.account_id != claims["sub"] or not rules.is_live(session, now):
        raise errors.session_ended()
    if rules.idle_is_stale(session, now):
        store.touch_session(deps.db, session.id, now + rules.idle(session.role))
    return _actor(session, rules.channel_of(session.role, channel), deps)


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
