"""Ways come and go: a chat is bound, a device registered, a channel says that nobody is there any more."""

import hmac

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import DuplicateKeyError, Retry, atomic
from backend.recipients import errors, store
from backend.recipients.model import Recipient
from schemas.terms import Role, Way
from schemas.text import Language

ROOM = "recipients"
LEFT = "left"
"""Why a chat is not reached that said so itself; a channel's own words for it are others."""


@atomic
def bind(
    deps: Deps,
    *,
    account_id: str,
    way: Way,
    address: str | None,
    language: Language = "zh",
    role: Role = Role.CITIZEN,
    speaks: Language | None = None,
) -> Recipient:
    """Reach an account by this address from now on, and by no other of the way; whoever had the address loses it.

    For the flow that has proved that the address is the person's (a binding code from the chat); this proves nothing.
    """
    return _put(deps, account_id, way, address, (account_id, role, language), speaks)


@atomic
def bind_chat(deps: Deps, *, way: Way, address: str, language: Language = "zh") -> Recipient:
    """Reach a follower who is bound to no account; a chat that is bound to one stays so. For somebody who asks for it: who had
    left is reached again."""
    mac = _mac(deps, way, address)
    known = store.find_by_address(deps.db, way, mac)
    if known is not None and known.account_id is not None:
        return known
    speaks = known.speaks if known else None
    return _put(deps, _chat(way, mac), way, address, (None, Role.ANONYMOUS, language), speaks)


def speak(deps: Deps, *, way: Way, address: str, language: Language) -> bool:
    """The person has chosen this language in the chat: it holds there from now on. False for a chat that is not reached."""
    return store.set_speaks(deps.db, way, _mac(deps, way, address), language)


def spoken(deps: Deps, *, way: Way, address: str) -> Language | None:
    """The language that the person speaks in this chat, where that is known of the chat itself."""
    known = store.find_by_address(deps.db, way, _mac(deps, way, address))
    return known.speaks if known else None


@atomic
def unbind(deps: Deps, *, account_id: str, way: Way) -> bool:
    """Erase the address; false when there was none."""
    return store.remove(deps.db, _id(account_id, way))


@atomic
def leave(deps: Deps, *, way: Way, address: str) -> bool:
    """The chat wants to hear nothing more, whoever it belongs to: its address is erased. Of a chat without an account the keyed
    hash stays, as the wish itself: whoever left is not reached again by coming by."""
    mac = _mac(deps, way, address)
    known = store.find_by_address(deps.db, way, mac)
    if known is not None and known.account_id is not None:
        return store.remove(deps.db, known.id)
    who = (None, Role.ANONYMOUS, known.language if known else "zh")
    left = Recipient(
        _id(_chat(way, mac), way), _chat(way, mac), way, *who, deps.now(), None, mac, deps.now(), LEFT
    )
    store.put(deps.db, left)
    return known is not None


def has_left(deps: Deps, *, way: Way, address: str) -> bool:
    """Whether this chat has said that it wants to hear nothing."""
    known = store.find_by_address(deps.db, way, _mac(deps, way, address))
    return known is not None and known.gone_reason == LEFT


@atomic
def forget(deps: Deps, *, account_id: str) -> None:
    """The account is closed: every address and switch of it is erased, in the transaction of the closing."""
    store.remove_holder(deps.db, account_id)


def mark_gone(deps: Deps, recipient: Recipient, *, reason: str) -> bool:
    """The channel says that nobody is at this address: nothing is sent there until it is bound again. `reason` is the
    gateway's word (`blocked`, `chat_not_found`). False when the address has changed meanwhile."""
    return store.set_gone(deps.db, recipient.id, recipient.address_mac, deps.now(), reason)


def mark_address_gone(deps: Deps, *, way: Way, address: str, reason: str) -> bool:
    """The same for whoever is told of it by the channel before anything was sent there. False when nobody was there."""
    known = store.find_by_address(deps.db, way, _mac(deps, way, address))
    return known is not None and mark_gone(deps, known, reason=reason)


@atomic
def end_gone(deps: Deps, *, way: Way, address: str) -> bool:
    """The person is back (they unblocked the bot, follow again): reach them again."""
    known = store.find_by_address(deps.db, way, _mac(deps, way, address))
    if known is None or known.gone_at is None or known.gone_reason == LEFT:
        return False
    who = (known.account_id, known.role, known.language)
    _put(deps, known.holder, way, address, who, known.speaks)
    return True


def register_device(deps: Deps, actor: Actor, *, token: str, language: Language = "zh") -> Recipient:
    """Send app pushes to this device of the caller, instead of the one before."""
    actor.require(Role.CITIZEN)
    return bind(deps, account_id=actor.id, way=Way.APP_PUSH, address=token, language=language)


def remove_device(deps: Deps, actor: Actor) -> None:
    """No app pushes any more. Raises 409 `recipients.not_bound`."""
    actor.require(Role.CITIZEN)
    if not unbind(deps, account_id=actor.id, way=Way.APP_PUSH):
        raise errors.not_bound(Way.APP_PUSH.value)


def _put(
    deps: Deps,
    holder: str,
    way: Way,
    address: str | None,
    who: tuple[str | None, Role, Language],
    speaks: Language | None,
) -> Recipient:
    sealed, mac = None, None
    if address is not None:
        sealed, mac = deps.sealer.seal(ROOM, address), _mac(deps, way, address)
    made = Recipient(_id(holder, way), holder, way, *who, deps.now(), sealed, mac, speaks=speaks)
    try:
        store.put(deps.db, made)
    except DuplicateKeyError as error:
        raise Retry(made.id) from error
    return made


def _id(holder: str, way: Way) -> str:
    return f"{holder}:{way.value}"


def _chat(way: Way, mac: bytes) -> str:
    """The holder of a chat without an account; sorts like an id, so that pushes walk over both."""
    return f"chat-{way.value}-{mac.hex()[:32]}"


def _mac(deps: Deps, way: Way, address: str) -> bytes:
    return hmac.digest(deps.sealer.derive("recipients"), f"{way.value}:{address}".encode(), "sha256")
