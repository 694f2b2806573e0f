"""API keys: made, listed with when they were last used, and revoked; a key itself is shown once and kept nowhere."""

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.common.pages import Page, Position
from backend.merchants import errors, rules, store
from backend.merchants.model import Key, NewKey
from backend.merchants.service import acting
from schemas.terms import MerchantAct
from schemas.text import says_something

PURPOSE = "merchant-keys"
LONGEST_LABEL = 60


@atomic
def create_key(deps: Deps, actor: Actor, *, merchant_id: str, label: str) -> NewKey:
    """Make one more key for a merchant. Neither the database nor the log ever holds it, nor a repeated answer.

    Raises 404 `merchants.not_found`, 409 `merchants.changed` for a closed merchant, and `merchants.too_many_keys`.
    """
    merchant = acting.managed(deps, actor, merchant_id)
    label = label.strip()
    if len(label) > LONGEST_LABEL or not (says_something(label) and label.isprintable()):
        raise errors.invalid_name("label")
    merchant = acting.acted(deps, actor, merchant, MerchantAct.CREATE_KEY)
    if store.count_keys(deps.db, merchant.id) >= rules.MOST_KEYS:
        raise errors.too_many_keys(rules.MOST_KEYS)
    parts, whole = rules.key_of(deps.new_code() + deps.new_code())
    key = Key(
        id=parts.id,
        merchant_id=merchant.id,
        label=label,
        secret_mac=rules.secret_mac(deps.sealer.derive(PURPOSE), parts, merchant.id),
        created_at=deps.now(),
        created_by_id=actor.id,
        created_by_name=actor.name,
    )
    store.insert_key(deps.db, key)
    # Of two who make the last key at once one writes the merchant first, and the other counts again.
    acting.save(deps, actor, merchant, key_id=key.id)
    return NewKey(key.id, key.label, key.created_at, whole)


def keys(
    deps: Deps, actor: Actor, *, merchant_id: str, limit: int = 20, cursor: str | None = None
) -> Page[Key]:
    """A merchant's keys, newest first, revoked ones too."""
    merchant = acting.managed(deps, actor, merchant_id)
    scope = f"merchant-keys:{merchant.id}"
    after = deps.cursors.read(cursor, scope)
    found = store.list_keys(deps.db, merchant.id, after=after, limit=limit + 1)
    return deps.cursors.page(found, limit, scope, lambda key: Position(key.created_at, key.id))


@atomic
def revoke_key(deps: Deps, actor: Actor, *, merchant_id: str, key_id: str) -> None:
    """Let a key work no more, in every process from its next request on; again changes nothing.

    Raises 404 `merchants.not_found`, `merchants.key_not_found`.
    """
    merchant = acting.managed(deps, actor, merchant_id)
    key = store.find_key(deps.db, key_id)
    if key is None or key.merchant_id != merchant.id:
        raise errors.key_not_found()
    if store.revoke_key(deps.db, merchant.id, key.id, at=deps.now(), by_name=actor.name):
        merchant = acting.acted(deps, actor, merchant, MerchantAct.REVOKE_KEY)
        acting.save(deps, actor, merchant, key_id=key.id)
