"""Staff: making an account, signing in to it, and taking it away."""

import hashlib
import hmac
from datetime import timedelta

from backend.accounts import service as accounts
from backend.accounts.model import Holder, Tokens
from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.limits import service as limits
from backend.limits.service import Limit
from backend.staff import errors, rules, store
from backend.staff.model import Secrets, Staff
from schemas.terms import STAFF_ROLES, Role

ROOM = "staff"
PASSWORD = "staff.password"  # noqa: S105  the name of a limit
PER_NAME = Limit(5, timedelta(minutes=15), cool_down=timedelta(minutes=15))
# Hashing is dear; an office behind one address still gets in.
PER_ADDRESS = ("staff.address", Limit(60, timedelta(minutes=10)))


def create(
    deps: Deps, actor: Actor, *, name: str, role: Role, unit: str | None, password: str | None, totp: bool
) -> tuple[Staff, Secrets]:
    """Make a staff account; without `password` one is made up. `Secrets` are shown once and kept only hashed and sealed.

    Raises 422 `staff.invalid_name`, `staff.invalid_role`, `staff.unit_required`, `staff.weak_password`, 404 for an
    unknown unit, 403 `staff.totp_required` in production without TOTP, and 409 `staff.name_taken`.
    """
    actor.require(Role.SYSTEM, Role.ADMIN)
    _require_sound(deps, name=name, role=role, unit=unit, totp=totp)
    password = password or deps.new_code()
    _require_strong(deps, password, rules.folded(name))
    key = deps.random.randbytes(rules.TOTP_KEY_BYTES) if totp else None
    staff = Staff(
        id=deps.new_id(),
        username=rules.folded(name),
        name=name.strip(),
        role=role,
        unit=unit,
        password_hash=rules.hashed(password),
        totp_sealed=deps.sealer.seal(ROOM, key) if key else None,
        created_at=deps.now(),
    )
    _keep(deps, actor, staff=staff)
    return staff, _secrets(staff, password, key)


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

    Raises 401 `staff.wrong_credentials`, the same after the same work whether the name is unknown, the password wrong or
    the code wrong, missing or used; 423 `staff.locked` for 15 minutes after five of them; 403 `staff.totp_required` in
    production for somebody without TOTP.
    """
    username = rules.folded(username)
    stranger = _stranger(deps, actor, username)
    tries = limits.by_address(deps, address, PER_ADDRESS)
    limits.spend_all(deps, tries)
    standing = limits.take(deps, PASSWORD, username, limit=PER_NAME)
    if not standing.granted:
        raise errors.locked(standing.retry_after)
    staff = store.find_by_username(deps.db, username)
    tokens = _checked(deps, actor, staff, password, totp)
    if tokens is None:
        _note_failure(deps, stranger, staff=staff, locks=standing.left == 0)
        raise errors.wrong_credentials()
    limits.reset(deps, PASSWORD, username)
    limits.give_back_all(deps, tries)
    return tokens


def me(deps: Deps, actor: Actor) -> Staff:
    """The caller's own staff account."""
    actor.require(*STAFF_ROLES)
    staff = store.find(deps.db, actor.id)
    if staff is None:
        raise errors.not_found()
    return staff


@atomic
def set_password(deps: Deps, actor: Actor, *, username: str, password: str) -> None:
    """Give somebody another password; the old one and every session end now. A lock after wrong tries runs out as before.

    Raises 404 `staff.not_found` and 422 `staff.weak_password`.
    """
    actor.require(Role.SYSTEM, Role.ADMIN)
    staff = store.find_by_username(deps.db, rules.folded(username))
    if staff is None:
        raise errors.not_found()
    _require_strong(deps, password, staff.username)
    if not store.set_hash(deps.db, staff.id, before=staff.password_hash, after=rules.hashed(password)):
        raise Retry(staff.id)
    accounts.end_sessions(deps, actor, staff.id)
    audit.record(deps, actor, "staff.set_password", staff.id)


def find(deps: Deps, *, username: str) -> Staff:
    """An open staff account by its user name. Raises 404 `staff.not_found`."""
    staff = store.find_by_username(deps.db, rules.folded(username))
    if staff is None:
        raise errors.not_found()
    return staff


@atomic
def close(deps: Deps, actor: Actor, *, username: str) -> None:
    """Take an account away: no sign-in any more, and every session ends now. Raises 404 `staff.not_found`."""
    actor.require(Role.SYSTEM, Role.ADMIN)
    staff = store.close(deps.db, rules.folded(username), deps.now())
    if staff is None:
        raise errors.not_found()
    accounts.end_sessions(deps, actor, staff.id)
    audit.record(deps, actor, "staff.close", staff.id)


def _require_sound(deps: Deps, *, name: str, role: Role, unit: str | None, totp: bool) -> None:
    if not rules.is_name(name):
        raise errors.invalid_name()
    if role not in STAFF_ROLES:
        raise errors.invalid_role()
    if not rules.is_role(role, unit):
        raise errors.unit_required()
    if unit is not None:
        catalogue.find_unit(deps, unit)
    if deps.settings.app_env == "production" and not totp:
        raise errors.totp_required()


def _require_strong(deps: Deps, password: str, username: str) -> None:
    shortest = rules.shortest_password(deps.settings.app_env)
    if not rules.is_strong(password, username, shortest):
        raise errors.weak_password(shortest, rules.LONGEST_PASSWORD)


@atomic
def _keep(deps: Deps, actor: Actor, *, staff: Staff) -> None:
    if not store.insert(deps.db, staff):
        raise errors.taken(staff.name)
    audit.record(deps, actor, "staff.create", staff.id, role=staff.role.value, unit=staff.unit)


def _secrets(staff: Staff, password: str, key: bytes | None) -> Secrets:
    if key is None:
        return Secrets(password)
    return Secrets(password, rules.base32(key), rules.uri(key, staff.username))


def _checked(deps: Deps, actor: Actor, staff: Staff | None, password: str, totp: str | None) -> Tokens | None:
    """A session when everything fits; the password is checked first and always, so that time tells nothing."""
    right = rules.is_right(staff.password_hash if staff else None, password)
    if staff is None or not right:
        return None
    if staff.totp_sealed is None and deps.settings.app_env == "production":
        raise errors.totp_required()
    step = _step(deps, staff, totp) if staff.totp_sealed else None
    if staff.totp_sealed and step is None:
        return None
    tokens = _open(deps, actor, staff=staff, step=step)
    if tokens and rules.is_dated(staff.password_hash):
        store.set_hash(deps.db, staff.id, before=staff.password_hash, after=rules.hashed(password))
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
