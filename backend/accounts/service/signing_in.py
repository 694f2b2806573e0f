"""Signing in with the code from a text message; the first time makes the account."""

from datetime import timedelta

from backend.accounts import errors, rules, store
from backend.accounts.model import Account, Holder, PhoneCode, Tokens
from backend.accounts.service import codes, sessions
from backend.audit import service as audit
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.limits import service as limits
from backend.limits.service import Limit
from schemas.base import speaking
from schemas.terms import Role

ROOM = "accounts"
# Wrong codes of one address: keeps a stranger from killing other people's codes by the thousand.
WRONG_PER_ADDRESS = ("accounts.wrong_code.address", Limit(60, timedelta(minutes=10)))


def sign_in(deps: Deps, actor: Actor, *, phone: str, code: str, address: str | None = None) -> Tokens:
    """Open a session for the holder of `phone`, with the code that was sent there.

    Raises 422 `accounts.invalid_phone`, and 401 `auth.wrong_code` for a wrong, late, used or never sent code: each time
    the same, after the same work. A code takes five attempts.
    """
    e164 = codes.read_phone(phone)
    tries = limits.by_address(deps, address, WRONG_PER_ADDRESS)
    limits.spend_all(deps, tries)
    given = rules.code_mac(deps.sealer.derive(codes.PURPOSE), e164, rules.typed_code(code))
    kept = store.take_attempt(deps.db, _code_id(deps, e164), deps.now())
    right = rules.same(given, kept.code_mac if kept else bytes(len(given)))
    signed_in = _open(deps, actor, e164=e164, code=kept) if kept and right else None
    if signed_in is None:
        raise errors.wrong_code()
    limits.give_back_all(deps, [*tries, *codes.per_phone(e164)])
    return signed_in


@atomic
def _open(deps: Deps, actor: Actor, *, e164: str, code: PhoneCode) -> Tokens | None:
    if not store.claim_code(deps.db, code):
        return None
    account = _account_of(deps, e164)
    holder = Holder(account.id, Role.CITIZEN, account.subject_id)
    session, tokens = sessions.open_session(deps, holder)
    signed_in = Actor(account.id, Role.CITIZEN, actor.channel, session.id)
    audit.record(deps, signed_in, "accounts.sign_in", session.id)
    return tokens


def _account_of(deps: Deps, e164: str) -> Account:
    """The phone's account, made now if it has none; of two that make it at once one begins again and finds it."""
    sealed = deps.sealer.seal_for_lookup(ROOM, e164)
    found = store.find_by_phone(deps.db, sealed)
    if found is not None:
        return found
    account = Account(deps.new_id(), sealed, None, speaking(), deps.now())
    if not store.insert(deps.db, account):
        raise Retry(account.id)
    return account


def _code_id(deps: Deps, e164: str) -> str:
    return rules.phone_mac(deps.sealer.derive(codes.PURPOSE), e164)
