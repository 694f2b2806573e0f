"""Who speaks in a chat, and whether anybody is still there."""

from datetime import datetime

from backend.accounts import service as accounts
from backend.accounts.model import Account
from backend.chats import rules, store
from backend.chats.model import Binding, Speaker
from backend.common.actor import Actor, anonymous
from backend.common.deps import Deps
from backend.common.mongo import atomic
from backend.recipients import service as recipients
from schemas.terms import Channel, Level, Role, Way
from schemas.text import Language

PURPOSE = "chats"


def speaker(deps: Deps, *, channel: Way, user: str) -> Speaker:
    """Whoever speaks from this address of a channel. A chat never proves more than that its account is bound."""
    chat = chat_of(deps, channel, user)
    bound = store.find_of_chat(deps.db, channel, chat)
    account = accounts.open_ones(deps, [bound.account_id]).get(bound.account_id) if bound else None
    speaks = recipients.spoken(deps, way=channel, address=user)
    if bound is None or account is None:
        return Speaker(chat, anonymous(Channel.BOT), speaks=speaks)
    return Speaker(chat, _actor(bound, account), bound, speaks, account.language)


@atomic
def choose_language(deps: Deps, speaker: Speaker, *, channel: Way, user: str, language: Language) -> None:
    """The person chose a language in the chat: for as long as the chat is reached, and for the account where there is one."""
    recipients.speak(deps, way=channel, address=user, language=language)
    if speaker.binding is not None:
        accounts.set_language(deps, speaker.actor, language=language)


def used(deps: Deps, speaker: Speaker) -> None:
    """The chat was used now, to the minute."""
    bound, now = speaker.binding, deps.now()
    if bound is not None and _to_the_minute(bound.last_used_at) < _to_the_minute(now):
        store.touch(deps.db, bound.id, _to_the_minute(now))


def gone(deps: Deps, *, channel: Way, user: str, reason: str) -> None:
    """The person blocked the bot or stopped following: nothing is sent there until they are back."""
    recipients.mark_address_gone(deps, way=channel, address=user, reason=reason)


def returned(deps: Deps, *, channel: Way, user: str, language: Language) -> None:
    """The person began, is back, or follows again: they can be reached, and hear the news unless they switched them off."""
    back = recipients.end_gone(deps, way=channel, address=user)
    if not back and not recipients.has_left(deps, way=channel, address=user):
        recipients.bind_chat(deps, way=channel, address=user, language=language)


def follow(deps: Deps, *, channel: Way, user: str, language: Language) -> None:
    """The person wants to hear the news here, whatever they said before."""
    if not recipients.end_gone(deps, way=channel, address=user):
        recipients.bind_chat(deps, way=channel, address=user, language=language)


def actor_of(deps: Deps, bound: Binding) -> Actor:
    """The holder of the account a chat is bound to, speaking through it."""
    account = accounts.open_ones(deps, [bound.account_id]).get(bound.account_id)
    return _actor(bound, account)


def chat_of(deps: Deps, channel: Way, user: str) -> str:
    return rules.chat_mac(deps.sealer.derive(PURPOSE), channel, user)


def dialogue_id(channel: Way, chat: str) -> str:
    return f"{channel.value}:{chat}"


def _actor(bound: Binding, account: Account | None) -> Actor:
    subject_id = account.subject_id if account else None
    return Actor(
        id=bound.account_id,
        role=Role.CITIZEN,
        channel=Channel.BOT,
        subject_id=subject_id,
        level=Level.REAL_NAME if subject_id else Level.PHONE,
        through=f"chat:{bound.id}",
    )


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
