"""Sessions: opening, renewing, raising and ending them. Every process sees each change with its next request."""

from datetime import datetime

from backend.accounts import errors, rules, store
from backend.accounts.model import Holder, RefreshToken, Session, Tokens
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.notices import service as notices
from schemas.notices import NoticeKind
from schemas.terms import Level, Role


def open_session(deps: Deps, holder: Holder) -> tuple[Session, Tokens]:
    """A session for someone who has just proved who they are, in the transaction of the sign-in that found so."""
    now = deps.now()
    session = Session(
        id=deps.new_id(),
        account_id=holder.id,
        role=holder.role,
        subject_id=holder.subject_id,
        name=holder.name,
        unit=holder.unit,
        level=_first_level(holder),
        verified_until=None,
        created_at=now,
        idle_until=now + rules.idle(holder.role),
        expires_at=now + rules.lasts(holder.role),
    )
    store.insert_session(deps.db, session)
    return session, tokens(deps, session)


def refresh(deps: Deps, actor: Actor, *, refresh_token: str) -> Tokens:
    """Renew a sign-in: the token given is used up, another takes its place.

    Raises 401 `auth.invalid_refresh` for one that is unknown or too late, and 401 `auth.refresh_reused` for one that was
    used before, also by two at once: a copy is about, so the whole session ends.
    """
    token_id = rules.refresh_id(refresh_token)
    renewed = _rotate(deps, token_id=token_id)
    if renewed is not None:
        return renewed
    used = store.find_refresh(deps.db, token_id)
    if used is None or used.used_at is None:
        raise errors.invalid_refresh()
    _end_copied(deps, actor, session_id=used.session_id)
    raise errors.refresh_reused()


def resume(deps: Deps, actor: Actor, *, refresh_token: str) -> Tokens:
    """A new access token for a browser, which keeps the refresh token in a cookie that no script reads; it is not used up,
    since a browser's pages ask at the same time and each would be taken for a copy.

    Raises 401 `auth.invalid_refresh` for one that is unknown or too late, and 401 `auth.refresh_reused` for one that was used up
    elsewhere: as in `refresh` a copy is about, so the whole session ends.
    """
    kept = store.find_refresh(deps.db, rules.refresh_id(refresh_token))
    if kept is None:
        raise errors.invalid_refresh()
    if kept.used_at is not None:
        _end_copied(deps, actor, session_id=kept.session_id)
        raise errors.refresh_reused()
    return _resumed(deps, kept.session_id)


@atomic
def _resumed(deps: Deps, session_id: str) -> Tokens:
    found = store.find_session(deps.db, session_id)
    if found is None:
        raise errors.invalid_refresh()
    now = deps.now()
    session = store.renew_session(deps.db, found.id, now=now, idle_until=now + rules.idle(found.role))
    if session is None:
        raise errors.invalid_refresh()
    return _access(deps, session)


@atomic
def sign_out(deps: Deps, actor: Actor) -> None:
    """End the caller's own session; again changes nothing."""
    if actor.session_id is None:
        raise errors.session_ended()
    if store.end_session(deps.db, actor.session_id, deps.now()):
        audit.record(deps, actor, "accounts.sign_out", actor.session_id)


def was_ended(deps: Deps, session_id: str) -> bool:
    """Whether somebody has ended this session: signed out, everywhere too, or closed the account."""
    session = store.find_session(deps.db, session_id)
    return session is not None and session.ended_at is not None


@atomic
def end_sessions(deps: Deps, actor: Actor, account_id: str, *, but: str | None = None) -> int:
    """Sign an account out everywhere, this request's session included unless it is `but`, and tell its holder; how many it
    were."""
    ended = store.end_sessions(deps.db, account_id, deps.now(), but=but)
    if ended:
        audit.record(deps, actor, "accounts.end_sessions", account_id, count=ended)
        if store.find(deps.db, account_id) is not None:
            notices.send(deps, account_id, NoticeKind.SESSIONS_ENDED)
    return ended


@atomic
def raise_level(deps: Deps, actor: Actor, *, level: Level, verified_until: datetime | None) -> Tokens:
    """Give the caller's session a level and make a new access token for it; the refresh token stays as it is.

    Raises 401 `auth.session_ended` when it ended meanwhile.
    """
    actor.require(Role.CITIZEN)
    session = store.raise_session(
        deps.db, actor.session_id or "", actor.id, now=deps.now(), proof=(level, verified_until)
    )
    if session is None:
        raise errors.session_ended()
    return _access(deps, session)


def tokens(deps: Deps, session: Session) -> Tokens:
    """A fresh pair; the refresh token is stored only as its hash and lasts as long as the session may."""
    secret = deps.new_code() + deps.new_code()
    token = RefreshToken(rules.refresh_id(secret), session.id, deps.now(), session.expires_at)
    store.insert_refresh(deps.db, token)
    access = _access(deps, session)
    return Tokens(access.access_token, access.expires_in, access.level, secret)


@atomic
def _rotate(deps: Deps, *, token_id: str) -> Tokens | None:
    now = deps.now()
    used = store.find_refresh(deps.db, token_id)
    found = store.find_session(deps.db, used.session_id) if used else None
    if used is None or used.used_at is not None or found is None:
        return None
    session = store.renew_session(deps.db, found.id, now=now, idle_until=now + rules.idle(found.role))
    if session is None or store.claim_refresh(deps.db, token_id, now) is None:
        return None
    return tokens(deps, session)


@atomic
def _end_copied(deps: Deps, actor: Actor, *, session_id: str) -> None:
    if not store.end_session(deps.db, session_id, deps.now()):
        return
    session = store.find_session(deps.db, session_id)
    if session is None:
        return
    holder = Actor(
        session.account_id, session.role, actor.channel, session.id, name=session.name, unit=session.unit
    )
    audit.record(deps, holder, "accounts.refresh_reused", session.id)
    if session.role is Role.CITIZEN:
        notices.send(deps, session.account_id, NoticeKind.REFRESH_REUSED)


def _access(deps: Deps, session: Session) -> Tokens:
    token, seconds = deps.tokens.sign({"sub": session.account_id, "sid": session.id}, now=deps.now())
    return Tokens(token, seconds, rules.level_at(session, deps.now()))


def _first_level(holder: Holder) -> Level | None:
    if holder.role is not Role.CITIZEN:
        return None
    return Level.PHONE if holder.subject_id is None else Level.REAL_NAME
