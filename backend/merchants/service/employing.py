"""A merchant's clerks: their accounts are staff accounts bound to the merchant, so that passwords, one-time codes and
locks are one thing in this house."""

from backend.accounts.model import Tokens
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.merchants import errors, rules
from backend.merchants.model import NewClerk
from backend.merchants.service import acting
from backend.staff import service as staff
from backend.staff.model import Staff
from schemas.terms import MerchantAct, MerchantDoor, Role


def sign_in(
    deps: Deps,
    actor: Actor,
    *,
    username: str,
    password: str,
    totp: str | None = None,
    address: str | None = None,
) -> Tokens:
    """Open a clerk's session of twelve hours, or of two without use.

    Raises 401 `staff.wrong_credentials`, the same for a member of staff, who has another door; 423 `staff.locked`. Whether
    the merchant is paused is told by the first request.
    """
    return staff.sign_in_clerk(deps, actor, username=username, password=password, totp=totp, address=address)


def change_password(
    deps: Deps, actor: Actor, *, password: str, new_password: str, address: str | None = None
) -> None:
    """A clerk changes the own password; every other session of the account ends.

    Raises 403 `merchants.not_a_clerk` for a key, and as `staff.change_password`.
    """
    actor.require(Role.MERCHANT)
    door, _, clerk_id = (actor.through or "").partition(":")
    if door != MerchantDoor.CLERK.value:
        raise errors.not_a_clerk()
    staff.change_of(deps, actor, staff_id=clerk_id, passwords=(password, new_password), address=address)


@atomic
def create_clerk(
    deps: Deps,
    actor: Actor,
    *,
    merchant_id: str,
    username: str,
    password: str | None = None,
    totp: bool = False,
) -> NewClerk:
    """Open an account for a clerk; without `password` one is made up. User names are unique over all merchants and staff.

    Raises 404 `merchants.not_found`, 409 `merchants.changed`, `merchants.too_many_clerks`, `staff.name_taken`, and 422
    `staff.invalid_name`, `staff.weak_password`.
    """
    merchant = acting.managed(deps, actor, merchant_id)
    merchant = acting.acted(deps, actor, merchant, MerchantAct.CREATE_CLERK)
    if len(staff.clerks(deps, merchant_id=merchant.id)) >= rules.MOST_CLERKS:
        raise errors.too_many_clerks(rules.MOST_CLERKS)
    clerk, secrets = staff.create_clerk(
        deps, actor, name=username, merchant_id=merchant.id, password=password, totp=totp
    )
    acting.save(deps, actor, merchant, clerk_id=clerk.id)
    return NewClerk(clerk.id, clerk.username, clerk.name, clerk.created_at, **vars(secrets))


def clerks(deps: Deps, actor: Actor, *, merchant_id: str) -> tuple[Staff, ...]:
    """Who works at a merchant's counter now; fifty at most."""
    return staff.clerks(deps, merchant_id=acting.managed(deps, actor, merchant_id).id)


@atomic
def close_clerk(deps: Deps, actor: Actor, *, merchant_id: str, clerk_id: str) -> None:
    """Take a clerk's account away, with every session of it, now. Raises 404 `merchants.clerk_not_found`."""
    merchant = acting.managed(deps, actor, merchant_id)
    if not staff.close_clerk(deps, actor, merchant_id=merchant.id, clerk_id=clerk_id):
        raise errors.clerk_not_found()
    merchant = acting.acted(deps, actor, merchant, MerchantAct.CLOSE_CLERK)
    acting.save(deps, actor, merchant, clerk_id=clerk_id)
