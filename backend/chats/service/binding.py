"""A chat becomes an account's by a code that only its holder has seen, and stays so until either side ends it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from backend.accounts import service as accounts
from backend.audit import service as audit
from backend.chats import errors, rules, store, texts
from backend.chats.model import Binding, Code, NewCode, Speaker
from backend.chats.service import speaking
from backend.common import qr
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.mongo import Retry, atomic
from backend.limits import service as limits
from backend.notices import service as notices
from backend.recipients import service as recipients
from schemas.notices import NoticeKind
from schemas.terms import Role, Way
from schemas.text import Language

PURPOSE = "chats"
WRONG_CODES = limits.Limit(5, timedelta(hours=1))
CODES_MADE = limits.Limit(20, timedelta(hours=1))


def make_code(deps: Deps, actor: Actor, *, channel: Way) -> NewCode:
    """A code that binds one chat of the channel to the caller's account, within ten minutes; an earlier one stops working."""
    actor.require(Role.CITIZEN)
    limits.spend(deps, "chats.code", actor.id, limit=CODES_MADE)
    code, kept = _fresh(deps, actor, channel)
    while not store.put_code(deps.db, kept):
        code, kept = _fresh(deps, actor, channel)
    link = _deep_link(deps, channel, code)
    return NewCode(
        code=code,
        channel=channel,
        deep_link=link,
        qr_svg=qr.drawn(link) if link else None,
        expires_at=kept.expires_at,
        instruction=(texts.WITH_LINK if link else texts.BY_HAND)[channel].fill(code=code),
    )


@dataclass(frozen=True)
class Tongue:
    """What a chat spoke until it was bound. `own` is not lost by the binding: chosen in the chat, or an English client's;
    `chosen` is the account's from then on, too."""

    spoken: Language = "zh"
    own: Language | None = None
    chosen: bool = False


def redeem(
    deps: Deps, speaker: Speaker, *, channel: Way, user: str, code: str, tongue: Tongue = Tongue()
) -> Binding:
    """Bind the chat that sends the code. Whoever had the chat, and whichever chat the account had, is told and unbound.

    Raises 404 `chats.code_not_valid`; 429 `chats.too_many_codes` after five wrong ones an hour from one chat.
    """
    charge = ("chats.redeem", speaker.chat, WRONG_CODES)
    with limits.wrong_only(deps, charge, wrong=errors.WRONG_CODE, refusal=errors.too_many_codes):
        return _redeem(deps, speaker.chat, channel=channel, user=user, code=code, tongue=tongue)


@atomic
def _redeem(deps: Deps, chat: str, *, channel: Way, user: str, code: str, tongue: Tongue) -> Binding:
    found = rules.read_code(code)
    kept = found and store.take_code(deps.db, _hash(deps, channel, found), deps.now())
    if not kept:
        raise errors.code_not_valid()
    had = store.find_of_chat(deps.db, channel, chat)
    others = [one for one in store.list_of(deps.db, kept.account_id) if one.channel is channel]
    for one in {one.id: one for one in (*others, *([had] if had else []))}.values():
        _end(deps, one, told=one.account_id != kept.account_id)
    now = deps.now()
    made = Binding(deps.new_id(), kept.account_id, channel, chat, now, now)
    if not store.insert(deps.db, made):
        raise Retry(made.id)
    recipients.bind(
        deps,
        account_id=made.account_id,
        way=channel,
        address=user,
        language=tongue.spoken,
        speaks=tongue.own,
    )
    holder = speaking.actor_of(deps, made)
    if tongue.own and tongue.chosen:
        accounts.set_language(deps, holder, language=tongue.own)
    audit.record(deps, holder, "chats.bind", made.id, channel=channel.value)
    notices.send(deps, made.account_id, NoticeKind.CHAT_BOUND, channel=channel.label)
    return made


def void_code(deps: Deps, *, channel: Way, code: str) -> bool:
    """A code was shown where others read: whoever it was made for makes another. False when it was none that works."""
    found = rules.read_code(code)
    return bool(found and store.take_code(deps.db, _hash(deps, channel, found), deps.now()))


def mine(deps: Deps, actor: Actor) -> tuple[Binding, ...]:
    """The caller's chats, with the last use of each to the minute."""
    actor.require(Role.CITIZEN)
    return tuple(store.list_of(deps.db, actor.id))


@atomic
def unbind(deps: Deps, actor: Actor, *, binding_id: str) -> None:
    """End an own binding from the app. Raises 404 `chats.not_found`, also for somebody else's."""
    actor.require(Role.CITIZEN)
    bound = store.find(deps.db, binding_id)
    if bound is None or bound.account_id != actor.id:
        raise errors.not_found()
    _unbind(deps, actor, bound)


@atomic
def unbind_all(deps: Deps, actor: Actor, *, channel: Way | None = None) -> int:
    """End every own binding, or that of one channel; how many there were. What was asked for by a code not used yet, too."""
    actor.require(Role.CITIZEN)
    store.remove_codes(deps.db, actor.id)
    found = [one for one in store.list_of(deps.db, actor.id) if channel in (None, one.channel)]
    for one in found:
        _unbind(deps, actor, one)
    return len(found)


@atomic
def unbind_chat(deps: Deps, speaker: Speaker) -> bool:
    """End the binding from the chat; false when there was none."""
    bound = store.find(deps.db, speaker.binding.id) if speaker.binding else None
    if bound is None:
        return False
    _unbind(deps, speaker.actor, bound)
    return True


@atomic
def forget(deps: Deps, *, account_id: str) -> None:
    """The account is closed: its chats, its codes and what was said in these chats are erased, in the closing's transaction."""
    store.remove_codes(deps.db, account_id)
    for one in store.list_of(deps.db, account_id):
        store.remove(deps.db, one.id)
        store.remove_dialogue(deps.db, speaking.dialogue_id(one.channel, one.chat))


def is_bound(deps: Deps, binding_id: str, account_id: str) -> bool:
    """Whether this very binding still stands."""
    bound = store.find(deps.db, binding_id)
    return bound is not None and bound.account_id == account_id


def bound_to(deps: Deps, binding_ids: Collection[str]) -> dict[str, str]:
    """Whose account each of these bindings is, of those that still stand; in one read."""
    return {one.id: one.account_id for one in store.find_many(deps.db, binding_ids)} if binding_ids else {}


def introduce(deps: Deps, *, channel: Way, name: str) -> None:
    """The channel's adapter says under which name it is spoken to, for deep links."""
    store.put_channel(deps.db, channel, name)


def _fresh(deps: Deps, actor: Actor, channel: Way) -> tuple[str, Code]:
    code = deps.new_code()[: rules.CODE_CHARACTERS]
    while not rules.is_clear(code):
        code = deps.new_code()[: rules.CODE_CHARACTERS]
    ends = deps.now() + rules.CODE_LASTS
    return code, Code(f"{actor.id}:{channel.value}", actor.id, channel, _hash(deps, channel, code), ends)


def _hash(deps: Deps, channel: Way, code: str) -> bytes:
    return rules.code_hash(deps.sealer.derive(PURPOSE), channel, code)


def _deep_link(deps: Deps, channel: Way, code: str) -> str | None:
    """With the code in it; without such a link the code alone does the same, so that nobody is refused for want of one."""
    if channel is Way.WECHAT:
        lasts_s = int(rules.CODE_LASTS.total_seconds())
        return deps.scenes.link(code, lasts_s=lasts_s) if deps.scenes else None
    name = store.find_channel(deps.db, channel)
    return f"https://t.me/{name}?start={code}" if name else None


def _unbind(deps: Deps, actor: Actor, bound: Binding) -> None:
    _end(deps, bound, told=True)
    audit.record(deps, actor, "chats.unbind", bound.id, channel=bound.channel.value)


def _end(deps: Deps, bound: Binding, *, told: bool) -> None:
    if not store.remove(deps.db, bound.id):
        raise Retry(bound.id)
    recipients.unbind(deps, account_id=bound.account_id, way=bound.channel)
    store.remove_dialogue(deps.db, speaking.dialogue_id(bound.channel, bound.chat))
    if told:
        notices.send(deps, bound.account_id, NoticeKind.CHAT_UNBOUND, channel=bound.channel.label)
