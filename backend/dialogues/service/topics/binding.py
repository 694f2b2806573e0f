"""绑定、解绑: the chat and its account."""

from dataclasses import replace

from backend.chats import service as chats
from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, day
from schemas.text import Language

CODE = "bind"


def ask(talk: Talk, _: str) -> Answer:
    """How to bind; or since when the chat is bound."""
    if talk.bound:
        said = talk.say(texts.BOUND_ALREADY, on=talk.say(day(talk.binding.bound_at)))
        return answer(talk, said, [talk.tap(texts.LABELS["unbind"], "unbind")])
    return answer(talk, talk.say(texts.SEND_CODE), [talk.open(texts.TO_PAGE, "/chats")], awaits=CODE)


def redeem(talk: Talk, code: str) -> Answer:
    """Bind by a code that was typed, or that a deep link brought. A chat that is bound asks first: a link that somebody else
    sent must not take it over by one tap."""
    if talk.bound and (whole := chats.read_code(code)) is not None:
        row = [talk.tap(texts.YES_REBIND, f"rebind:{whole}"), talk.tap(texts.NO_KEEP, "menu")]
        return answer(talk, talk.say(texts.REBIND_SURE, on=talk.say(day(talk.binding.bound_at))), row)
    return rebind(talk, code)


def rebind(talk: Talk, code: str) -> Answer:
    """Bind, also in the place of another account."""
    way, user = talk.incoming.channel, talk.incoming.user
    chats.redeem(talk.deps, talk.speaker, channel=way, user=user, code=code, tongue=_tongue(talk))
    row = [talk.tap(texts.LABELS[name], name) for name in ("report", "objections")]
    return replace(answer(talk, talk.say(texts.BOUND), row), forgets=True)


def _tongue(talk: Talk) -> chats.Tongue:
    """A choice in the chat goes before its client, and a client that says Chinese, or nothing, before none: that may just be
    how it came, while the account's language was somebody's wish."""
    of_client: Language | None = "en" if talk.incoming.language == "en" else None
    return chats.Tongue(talk.language, talk.chosen or of_client, talk.chosen is not None)


def ask_unbind(talk: Talk, _: str) -> Answer:
    if not talk.bound:
        return answer(talk, talk.say(texts.NOT_BOUND), [talk.tap(texts.LABELS["bind"], "bind")])
    row = [talk.tap(texts.YES_UNBIND, "unbind:yes"), talk.tap(texts.NO_KEEP, "menu")]
    return answer(talk, talk.say(texts.UNBIND_SURE), row)


def unbind(talk: Talk, _: str) -> Answer:
    done = chats.unbind_chat(talk.deps, talk.speaker)
    return replace(answer(talk, talk.say(texts.UNBOUND if done else texts.NOT_BOUND)), forgets=done)


def first(talk: Talk) -> Answer:
    """What an unbound chat is told when it asks for what is somebody's own."""
    rows = [talk.tap(texts.LABELS["bind"], "bind"), talk.open(texts.TO_PAGE, "/chats")]
    return answer(talk, talk.say(texts.BIND_FIRST), rows, awaits=CODE)
