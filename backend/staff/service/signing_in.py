"""Signing in with a user name, a password and, where there is one, a one-time code: staff by their door, clerks by theirs."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta

from backend.accounts import service as accounts
from backend.accounts.model import Holder, Tokens
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.limits import service as limits
from backend.limits.service import Limit
from backend.staff import errors, rules, store
from backend.staff.model import Staff
from schemas.terms import STAFF_ROLES, Role

CLERKS = frozenset({Role.MERCHANT})
PASSWORD = "staff.password"  # noqa: S105  the name of a limit
PER_NAME = Limit(5, timedelta(minutes=15), cool_down=timedelta(minutes=15))
# Hashing is dear; an office behind one address still gets in.
PER_ADDRESS = ("staff.address", Limit(60, timedelta(minutes=10)))


@dataclass(frozen=True)
class _Door:
    """Who may come in here, and what was typed."""

    roles: frozenset[Role]
    password: str = field(repr=False)
    totp: str | None = field(repr=False)


def sign_in(
    deps: Deps,
    actor: Actor,
    *,
    username: str,
    password: str,
    totp: str | None = None,
    address: str | None = None,
) -> Tokens:
    """Open a session of eight hours, or of half an hour without use.

    Raises 401 `staff.wrong_credentials`, the same after the same work whether the name is unknown or a clerk's, the
    password wrong or the code wrong, missing or used; 423 `staff.locked` for 15 minutes after five of them; 403
    `staff.totp_required` in production for somebody without TOTP.
    """
    return _enter(deps, actor, _Door(STAFF_ROLES, password, totp), username=username, address=address)


def sign_in_clerk(
    deps: Deps,
    actor: Actor,
    *,
    username: str,
    password: str,
    totp: str | None = None,
    address: str | None = None,
) -> Tokens:
    """The same for a merchant's clerk, twelve hours or two without use; a member of staff does not come in here."""
    return _enter(deps, actor, _Door(CLERKS, password, totp), username=username, address=address)


def _enter(deps: Deps, actor: Actor, door: _Door, *, username: str, address: str | None) -> Tokens:
    username = rules.folded(username)
    stranger = _stranger(deps, actor, username)
    tries = limits.by_address(deps, address, PER_ADDRESS)
    limits.spend_all(deps, tries)
    standing = limits.take(deps, PASSWORD, username, limit=PER_NAME)
    if not standing.granted:
        raise errors.locked(standing.retry_after)
    staff = store.find_by_username(deps.db, username)
    tokens = _checked(deps, actor, staff, door)
    if tokens is None:
        _note_failure(deps, stranger, staff=staff, locks=standing.left == 0)
        raise errors.wrong_credentials()
    limits.reset(deps, PASSWORD, username)
    limits.give_back_all(deps, tries)
    return tokens


def _checked(deps: Deps, actor: Actor, staff: Staff | None, door: _Door) -> Tokens | None:
    """A session when everything fits; the password is checked first and always, so that time tells nothing."""
    right = rules.is_right(staff.password_hash if staff else None, door.password)
    if staff is None or not right or staff.role not in door.roles:
        return None
    if staff.totp_sealed is None and rules.needs_totp(staff.role, deps.settings.app_env):
        raise errors.totp_required()
    step = _step(deps, staff, door.totp) if staff.totp_sealed else None
    if staff.totp_sealed and step is None:
        return None
    tokens = _open(deps, actor, staff=staff, step=step)
    if tokens and rules.is_dated(staff.password_hash):
        store.set_hash(deps.db, staff.id, before=staff.password_hash, after=rules.hashed(door.password))
    return tokens


def _step(deps: Deps, staff: Staff, totp: str | None) -> int | None:
    key: bytes = deps.sealer.open(staff.totp_sealed or b"")
    return rules.step_of(key, totp or "", deps.now())


@atomic
def _open(deps: Deps, actor: Actor, *, staff: Staff, step: int | None) -> Tokens | None:
    if not store.note_sign_in(deps.db, staff, step=step, at=deps.now()):
        return None
    holder = Holder(staff.id, staff.role, name=staff.name, unit=staff.unit)
    session, tokens = accounts.open_session(deps, holder)
    signed_in = Actor(staff.id, staff.role, actor.channel, session.id, name=staff.name, unit=staff.unit)
    audit.record(deps, signed_in, "staff.sign_in", session.id)
    return tokens


@atomic
def _note_failure(deps: Deps, stranger: Actor, *, staff: Staff | None, locks: bool) -> None:
    """The same lines for a known and an unknown name, under a MAC of it: what was typed may be a password."""
    target = staff.id if staff else None
    audit.record(deps, stranger, "staff.sign_in_refused", target)
    if locks:
        audit.record(deps, stranger, "staff.locked", target)


def _stranger(deps: Deps, actor: Actor, username: str) -> Actor:
    mac = hmac.new(deps.sealer.derive("staff-names"), username.encode(), hashlib.sha256).hexdigest()
    return Actor(f"staff-name:{mac[:32]}", Role.ANONYMOUS, actor.channel)
