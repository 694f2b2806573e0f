"""消息: what comes into this chat, by kind."""

from backend.chats import service as chats
from backend.dialogues import texts
from backend.dialogues.model import Button
from backend.dialogues.service.talking import Answer, Talk, answer, cut
from backend.recipients import service as recipients
from backend.recipients.model import KindSwitch
from schemas.terms import Way

AT_ONCE = 8
EVERY = "every"


def shown(talk: Talk, page: str) -> Answer:
    """The kinds that can be switched, some at a time; in a chat without an account the news alone."""
    if not talk.bound:
        row = [talk.tap(texts.FOLLOW, "notices:follow"), talk.tap(texts.UNFOLLOW, "notices:unfollow")]
        return answer(talk, talk.say(texts.FOLLOW_OR_NOT), row)
    return _page(talk, int(page) if page.isdecimal() and len(page) < 3 else 0)


def switch(talk: Talk, wanted: str) -> Answer:
    """`on:kind` or `off:kind`. Raises `KeyError` for a kind that is not there any more, 422 `recipients.legal_kind`."""
    state, _, kind = wanted.partition(":")
    on, way = {"on": True, "off": False}[state], talk.incoming.channel
    talk.require_account()
    if kind == EVERY:
        recipients.switch(talk.deps, talk.actor, ways={way: on}, kinds={})
        label = ""
    else:
        known = {one.kind: one for one in _kinds(talk)}[kind]
        recipients.switch(talk.deps, talk.actor, ways={}, kinds={kind: {way: on}})
        label = talk.say(known.label)
    said = talk.say(texts.SWITCHED, kind=label, state=talk.say(texts.ON if on else texts.OFF))
    place = next((at for at, one in enumerate(_kinds(talk)) if one.kind == kind), 0)
    return _page(talk, place // AT_ONCE, said)


def follow(talk: Talk, _: str) -> Answer:
    sent = talk.incoming
    chats.follow(talk.deps, channel=sent.channel, user=sent.user, language=talk.language)
    return answer(talk, talk.say(texts.FOLLOWS))


def unfollow(talk: Talk, _: str) -> Answer:
    """Only for a chat without an account; one with an account has switches."""
    if talk.bound:
        return shown(talk, "")
    recipients.leave(talk.deps, way=talk.incoming.channel, address=talk.incoming.user)
    return answer(talk, talk.say(texts.FOLLOWS_NOT))


def _page(talk: Talk, page: int, *before: str) -> Answer:
    kinds = _kinds(talk)
    pages = -(-len(kinds) // AT_ONCE)
    page = min(page, pages - 1)
    found = kinds[page * AT_ONCE : (page + 1) * AT_ONCE]
    taps = [_tap(talk, one, talk.incoming.channel) for one in found]
    rows = [taps[at : at + 2] for at in range(0, len(taps), 2)]
    below = [talk.tap(texts.ALL_ON, f"switch:on:{EVERY}"), talk.tap(texts.ALL_OFF, f"switch:off:{EVERY}")]
    if pages > 1:
        below.append(talk.tap(texts.MORE, f"notices:{(page + 1) % pages}"))
    return answer(talk, [*before, talk.say(texts.SWITCHES)], *rows, below)


def _kinds(talk: Talk) -> list[KindSwitch]:
    """The latest first that people switch most: news, then the rest as they are declared."""
    kinds = [one for one in recipients.preferences(talk.deps, talk.actor).kinds if not one.legal]
    return sorted(kinds, key=lambda one: one.kind != "push")


def _tap(talk: Talk, one: KindSwitch, way: Way) -> Button:
    on = one.ways[way.value]
    return Button(
        f"{'✓' if on else '✗'} {cut(talk.say(one.label), 20)}",
        value=f"switch:{'off' if on else 'on'}:{one.kind}",
    )
