"""Making a staff account, changing its password, and taking it away."""

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.catalogue import service as catalogue
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.common.mongo import Retry, atomic
from backend.staff import errors, rules, store
from backend.staff.model import Secrets, Staff
from schemas.terms import STAFF_ROLES, Role

ROOM = "staff"


def create(
    deps: Deps, actor: Actor, *, name: str, role: Role, unit: str | None, password: str | None, totp: bool
) -> tuple[Staff, Secrets]:
    """Make a staff account; without `password` one is made up. `Secrets` are shown once and kept only hashed and sealed.

    Raises 422 `staff.invalid_name`, `staff.invalid_role`, `staff.unit_required`, `staff.weak_password`, 404 for an
    unknown unit, 403 `staff.totp_required` in production without TOTP, and 409 `staff.name_taken`.
    """
    actor.require(Role.SYSTEM, Role.ADMIN)
    _require_sound(deps, name=name, role=role, unit=unit, totp=totp)
    staff, secrets = made(deps, name=name, place=(role, unit), password=password, totp=totp)
    keep(deps, actor, staff=staff)
    return staff, secrets


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
    require_strong(deps, password, staff.username)
    if rules.is_right(staff.password_hash, password):
        raise weak_password(deps)
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
    staff = store.close(deps.db, {"username": rules.folded(username)}, deps.now())
    if staff is None:
        raise errors.not_found()
    accounts.end_sessions(deps, actor, staff.id)
    audit.record(deps, actor, "staff.close", staff.id)


def made(
    deps: Deps, *, name: str, place: tuple[Role, str | None], password: str | None, totp: bool
) -> tuple[Staff, Secrets]:
    """An account that is not kept yet, and what its holder is told once; `place` is the role and whom it is for."""
    if not rules.is_name(name):
        raise errors.invalid_name()
    password = password or deps.new_code()
    require_strong(deps, password, rules.folded(name))
    key = deps.random.randbytes(rules.TOTP_KEY_BYTES) if totp else None
    staff = Staff(
        id=deps.new_id(),
        username=rules.folded(name),
        name=name.strip(),
        role=place[0],
        unit=place[1],
        password_hash=rules.hashed(password),
        totp_sealed=deps.sealer.seal(ROOM, key) if key else None,
        created_at=deps.now(),
    )
    return staff, _secrets(staff, password, key)


@atomic
def keep(deps: Deps, actor: Actor, *, staff: Staff) -> None:
    """Raises 409 `staff.name_taken`: a name is given once, also to somebody who left, in all the desks and shops."""
    if not store.insert(deps.db, staff):
        raise errors.taken(staff.name)
    audit.record(deps, actor, "staff.create", staff.id, role=staff.role.value, unit=staff.unit)


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


def require_strong(deps: Deps, password: str, username: str) -> None:
    """Raises 422 `staff.weak_password`."""
    if not rules.is_strong(password, username, shortest_password(deps)):
        raise weak_password(deps)


def weak_password(deps: Deps) -> ServiceError:
    return errors.weak_password(shortest_password(deps), rules.LONGEST_PASSWORD)


def shortest_password(deps: Deps) -> int:
    """How many characters a password has at least that is set here."""
    return rules.shortest_password(deps.settings.app_env)


def _secrets(staff: Staff, password: str, key: bytes | None) -> Secrets:
    if key is None:
        return Secrets(password)
    return Secrets(password, rules.base32(key), rules.uri(key, staff.username))
