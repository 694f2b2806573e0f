"""The account itself: what its holder sees of it, the person it belongs to, and its end."""

from collections.abc import Collection, Iterator

from backend.accounts import errors, rules, store
from backend.accounts.model import Account, Profile
from backend.accounts.service import codes
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from schemas.terms import Level, Role
from schemas.text import Language


def profile(deps: Deps, actor: Actor) -> Profile:
    """The caller's account, the phone masked."""
    account = _own(deps, actor)
    return Profile(
        id=account.id,
        phone=rules.masked(_phone(deps, account)),
        level=actor.level or Level.PHONE,
        verified_until=actor.verified_until if actor.level is Level.VERIFIED else None,
        subject_id=account.subject_id,
        language=account.language,
        created_at=account.created_at,
    )


def holds(deps: Deps, account_id: str, subject_id: str) -> bool:
    """Whether this account is open and still the one of this information subject."""
    account = store.find(deps.db, account_id)
    return account is not None and account.subject_id == subject_id


def account_of(deps: Deps, subject_id: str) -> str | None:
    """The id of the open account that this information subject has now; None without one."""
    account = store.find_of_subject(deps.db, subject_id)
    return account.id if account else None


def open_ones(deps: Deps, account_ids: Collection[str]) -> dict[str, Account]:
    """Of these accounts the open ones, by id."""
    return {account.id: account for account in store.list_by_id(deps.db, account_ids)}


def phone_in(deps: Deps, account: Account | None) -> str | None:
    """The phone of an account (E.164), to send a message to that its holder asked for."""
    return (_phone(deps, account) or None) if account else None


def each_bound(deps: Deps, *, at_once: int) -> Iterator[dict[str, str]]:
    """Every open account that has a subject: subject id -> account id, `at_once` many at a time."""
    after = ""
    while found := store.list_bound(deps.db, after=after, limit=at_once):
        bound = {account.subject_id: account.id for account in found if account.subject_id is not None}
        yield bound
        after = max(bound)


def phone_of(deps: Deps, actor: Actor) -> str:
    """The caller's own phone, unmasked (E.164), for the copy of their data."""
    return _phone(deps, _own(deps, actor))


def set_language(deps: Deps, actor: Actor, *, language: Language) -> Profile:
    """The language that messages to the caller are written in."""
    actor.require(Role.CITIZEN)
    if not store.set_language(deps.db, actor.id, language):
        raise errors.session_ended()
    return profile(deps, actor)


@atomic
def bind_subject(deps: Deps, actor: Actor, *, subject_id: str) -> bool:
    """Make the caller's account the account of an information subject; all its sessions know at once.

    True also when it was so before; false when the account has another subject or the subject another account.
    """
    actor.require(Role.CITIZEN)
    account = _own(deps, actor)
    if account.subject_id is None:
        if store.find_of_subject(deps.db, subject_id) is not None:
            return False
        if not store.bind(deps.db, account.id, subject_id):
            raise Retry(subject_id)
    elif account.subject_id != subject_id:
        return False
    store.bind_sessions(deps.db, account.id, subject_id)
    return True


@atomic
def close(deps: Deps, actor: Actor) -> None:
    """Close the caller's account: phone erased, subject freed, every session ended. The use case that calls records it."""
    actor.require(Role.CITIZEN)
    account = store.close(deps.db, actor.id, deps.now())
    if account is None:
        raise errors.session_ended()
    store.end_sessions(deps.db, account.id, deps.now())
    store.delete_code(deps.db, rules.phone_mac(deps.sealer.derive(codes.PURPOSE), _phone(deps, account)))


def _own(deps: Deps, actor: Actor) -> Account:
    actor.require(Role.CITIZEN)
    account = store.find(deps.db, actor.id)
    if account is None:
        raise errors.session_ended()
    return account


def _phone(deps: Deps, account: Account) -> str:
    return str(deps.sealer.open(account.phone_sealed)) if account.phone_sealed else ""
