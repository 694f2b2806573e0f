"""Somebody changes the own password: with the old one, guesses at which lock as at the door."""

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.limits import service as limits
from backend.staff import errors, rules, store
from backend.staff.model import Staff
from backend.staff.service.employing import require_strong, weak_password
from backend.staff.service.signing_in import PASSWORD, PER_ADDRESS, PER_NAME
from schemas.terms import STAFF_ROLES


def change_password(
    deps: Deps, actor: Actor, *, password: str, new_password: str, address: str | None = None
) -> None:
    """Put `new_password` in the place of the own `password`; every other session of the account ends now.

    Raises 403 `staff.wrong_password`, 422 `staff.weak_password`, and 423 `staff.locked` after five wrong ones, which are counted
    with those at the door.
    """
    actor.require(*STAFF_ROLES)
    change_of(deps, actor, staff_id=actor.id, passwords=(password, new_password), address=address)


def change_of(
    deps: Deps, actor: Actor, *, staff_id: str, passwords: tuple[str, str], address: str | None
) -> None:
    """The same for the account behind a caller who acts as somebody else, as a clerk does as the merchant; `passwords` are the
    old one and the new. Raises 404 `staff.not_found`."""
    old, new = passwords
    staff = store.find(deps.db, staff_id)
    if staff is None:
        raise errors.not_found()
    require_strong(deps, new, staff.username)
    if rules.is_same(old, new):
        raise weak_password(deps)
    tries = limits.by_address(deps, address, PER_ADDRESS)
    limits.spend_all(deps, tries)
    standing = limits.take(deps, PASSWORD, staff.username, limit=PER_NAME)
    if not standing.granted:
        raise errors.locked(standing.retry_after)
    if not rules.is_right(staff.password_hash, old):
        _note_failure(deps, actor, staff, locks=standing.left == 0)
        raise errors.wrong_password()
    _change(deps, actor, staff, password_hash=rules.hashed(new))
    limits.reset(deps, PASSWORD, staff.username)
    limits.give_back_all(deps, tries)


@atomic
def _change(deps: Deps, actor: Actor, staff: Staff, *, password_hash: str) -> None:
    """Of two at once the other finds another password in force, and its old one is wrong."""
    if not store.set_hash(deps.db, staff.id, before=staff.password_hash, after=password_hash):
        raise errors.wrong_password()
    accounts.end_sessions(deps, actor, staff.id, but=actor.session_id)
    audit.record(deps, actor, "staff.change_password", staff.id)


@atomic
def _note_failure(deps: Deps, actor: Actor, staff: Staff, *, locks: bool) -> None:
    audit.record(deps, actor, "staff.change_password_refused", staff.id)
    if locks:
        audit.record(deps, actor, "staff.locked", staff.id)
