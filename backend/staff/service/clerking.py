"""The people behind a merchant's counter. Their accounts are staff accounts of `Role.MERCHANT`, bound to one merchant.

Whether the merchant exists, and who may employ for it, is the question of `merchants`, which lies above and asks it in the
same transaction.
"""

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.staff import store
from backend.staff.model import Secrets, Staff
from backend.staff.service.employing import keep, made
from schemas.terms import Role

EMPLOYERS = (Role.BENEFIT_MANAGER, Role.ADMIN, Role.SYSTEM)


def create_clerk(
    deps: Deps, actor: Actor, *, name: str, merchant_id: str, password: str | None, totp: bool
) -> tuple[Staff, Secrets]:
    """Make a clerk's account; as `create`, but a one-time code is the merchant's choice, in production too.

    Raises 422 `staff.invalid_name`, `staff.weak_password` and 409 `staff.name_taken`.
    """
    actor.require(*EMPLOYERS)
    staff, secrets = made(deps, name=name, place=(Role.MERCHANT, merchant_id), password=password, totp=totp)
    keep(deps, actor, staff=staff)
    return staff, secrets


def clerk(deps: Deps, *, clerk_id: str) -> Staff | None:
    """A clerk who still works there."""
    found = store.find(deps.db, clerk_id)
    return found if found and found.role is Role.MERCHANT else None


def clerks(deps: Deps, *, merchant_id: str) -> tuple[Staff, ...]:
    """The clerks of a merchant who still work there, oldest account first."""
    return tuple(store.list_clerks(deps.db, merchant_id))


@atomic
def close_clerk(deps: Deps, actor: Actor, *, merchant_id: str, clerk_id: str) -> bool:
    """Take a clerk's account away, and every session of it now; false when the merchant has no such clerk."""
    actor.require(*EMPLOYERS)
    wanted = {"_id": clerk_id, "role": Role.MERCHANT.value, "unit": merchant_id}
    found = store.close(deps.db, wanted, deps.now())
    if found is None:
        return False
    accounts.end_sessions(deps, actor, found.id)
    audit.record(deps, actor, "staff.close", found.id)
    return True


@atomic
def close_clerks(deps: Deps, actor: Actor, *, merchant_id: str) -> int:
    """Take every clerk of a merchant away; how many they were."""
    there = clerks(deps, merchant_id=merchant_id)
    return sum(close_clerk(deps, actor, merchant_id=merchant_id, clerk_id=one.id) for one in there)
