"""One message in, its answer out: the message is taken in its turn, understood, handed to its topic, and remembered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from backend.chats import service as chats
from backend.common import logs, mongo
from backend.common.deps import Deps
from backend.common.errors import Kind, ServiceError
from backend.common.sweeping import place_of
from backend.dialogues import rules, store, texts
from backend.dialogues.model import Button, Command, Incoming, Outgoing, Sort
from backend.dialogues.service import phrases
from backend.dialogues.service.talking import Answer, Talk, answer, menu
from backend.dialogues.service.topics import (
    binding,
    claiming,
    finding,
    helping,
    objecting,
    reading,
    reporting,
    switching,
)
from schemas.base import SPEAKING
from schemas.text import Language

log = logs.get("dialogues")

Topic = Callable[[Talk, str], Answer]
State = dict[str, Any]

TOPICS: dict[str, Topic] = {
    "menu": helping.show_menu,
    "report": reporting.make,
    "objections": objecting.listed,
    "nearby": finding.ask,
    "benefits": claiming.listed,
    "deposit_free": reading.deposit_free,
    "news": reading.categories,
    "notices": switching.shown,
    "bind": binding.ask,
    "unbind": binding.ask_unbind,
    "unbind:yes": binding.unbind,
    "kill_links": reporting.kill_these,
    "kill_links:all": reporting.kill_all,
    "notices:follow": switching.follow,
    "notices:unfollow": switching.unfollow,
    "help": helping.help_,
    "human": helping.human,
    "language": helping.ask_language,
}
"""What a button of this value, or a phrase of this meaning, asks for."""
ABOUT: dict[str, Topic] = {
    "kill": reporting.kill,
    "claim": claiming.claim,
    "rebind": binding.rebind,
    "news": reading.newest,
    "notices": switching.shown,
    "switch": switching.switch,
    "language": helping.set_language,
}
"""The same for values that name something behind a colon; each is asked about again when the button is pressed."""
MENU_NAMES = (
    "report objections nearby benefits deposit_free news notices bind unbind kill_links language help human"
).split()
NEEDS_PAGE = {
    "identity.real_name_required": (texts.NAME_FIRST, "/verify-me"),
}
LONGEST_READ = 4_000


def commands() -> tuple[Command, ...]:
    """The entries of a channel's menu, in order."""
    return tuple(Command(name, name, texts.LABELS[name]) for name in MENU_NAMES)


def handle(deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
    """The answer to one message: the same again for the same message, and nothing done twice.

    Messages of one person are handled in the order in which they arrive here, over all processes. Raises `ServiceError` of
    `Kind.UNAVAILABLE` alone, while the database cannot be reached or too much of this chat waits: the channel should bring
    the message again.
    """
    with _spoken(incoming.language or "zh"):
        if not incoming.private:
            return _in_a_group(deps, incoming)
        try:
            return _handle(deps, incoming)
        except mongo.DriverError as error:
            raise mongo.translate(error) from error


def _handle(deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
    channel, user = incoming.channel, incoming.user
    with chats.turn(deps, channel=channel, user=user, message_id=incoming.message_id) as turn:
        if turn.reply is not None:
            return tuple(map(_read, turn.reply))
        if incoming.sort is Sort.GONE:
            chats.gone(deps, channel=channel, user=user, reason="blocked")
            turn.settle({}, [])
            return ()
        state = _current(turn.state, deps.now())
        speaker = chats.speaker(deps, channel=channel, user=user)
        chosen: Language | None = state.get("language") or speaker.speaks
        language = chosen or speaker.language or incoming.language or "zh"
        talk = Talk(deps, incoming, speaker, language, chosen)
        with _spoken(talk.language):
            given = _patiently(talk, state)
        chats.used(deps, speaker)
        turn.forgets = given.forgets
        turn.settle(
            _after(state, given, deps.now()), [asdict(one) for one in given.outgoing] if given.kept else None
        )
    if turn.won:
        _count(talk)
    return given.outgoing


def _count(talk: Talk) -> None:
    """Of a message that two processes worked on, because one was slow, only the answer that stands is counted."""
    try:
        for how in talk.counts_as:
            store.count(talk.deps.db, talk.deps.now(), talk.incoming.channel, how)
    except mongo.DriverError:  # the person is answered all the same
        log.warning("dialogue.uncounted", channel=talk.incoming.channel.value)


def _patiently(talk: Talk, state: State) -> Answer:
    """The answer, or nothing to somebody who keeps sending faster than anybody reads."""
    count = state["count"] = state.get("count", 0) + 1
    if count > rules.PER_MINUTE:
        said = (Outgoing(talk.say(texts.TOO_FAST)),) if count == rules.PER_MINUTE + 1 else ()
        return Answer(said)
    try:
        return _answered(talk, state)
    except ServiceError as error:
        if error.kind is Kind.UNAVAILABLE:
            raise
        return _refused(talk, error)
    except mongo.DriverError:
        raise
    except Exception as error:  # no message may end a channel; where it failed is logged, never what was said
        log.error("dialogue.failed", channel=talk.incoming.channel.value, fault=place_of(error))
        return menu(talk, texts.SORRY)


def _answered(talk: Talk, state: State) -> Answer:
    sent = talk.incoming
    if sent.sort is Sort.BEGUN:
        return _begun(talk)
    if sent.sort is Sort.LOCATION:
        return finding.around(talk)
    if sent.sort is Sort.EDITED:
        return answer(talk, talk.say(texts.EDITED))
    if sent.sort is Sort.OTHER:
        return menu(talk, texts.NO_WORDS)
    if sent.sort is Sort.BUTTON:
        return _pressed(talk, sent.text)
    return _written(talk, state)


def _begun(talk: Talk) -> Answer:
    sent = talk.incoming
    chats.returned(talk.deps, channel=sent.channel, user=sent.user, language=talk.language)
    code = chats.read_code(sent.text)
    return binding.redeem(talk, code) if code else menu(talk, texts.WELCOME)


def _pressed(talk: Talk, value: str) -> Answer:
    """What a button asks for, whenever it was shown: the use case behind it decides anew."""
    talk.counts_as.append("pressed")
    topic, about = TOPICS.get(value), ""
    if topic is None:
        name, _, about = value[:64].partition(":")
        topic = ABOUT.get(name) if about else None
    if topic is None:
        return menu(talk, texts.STALE_BUTTON)
    try:
        return topic(talk, about)
    except KeyError:
        return menu(talk, texts.STALE_BUTTON)


def _written(talk: Talk, state: State) -> Answer:
    text = talk.incoming.text
    if (link := rules.link_within(text)) is not None:
        return reporting.look_at(talk, link)
    if (asked := rules.command(text)) is not None:
        return _commanded(talk, *asked)
    if len(text) > LONGEST_READ:
        return menu(talk, texts.TOO_LONG)
    if (number := rules.number(text)) is not None:
        return _numbered(talk, state, number)
    if (code := _code(talk, state, text)) is not None:
        return binding.redeem(talk, code)
    return _meant(talk, text)


def _commanded(talk: Talk, name: str, rest: str) -> Answer:
    """`/start CODE` is what a deep link sends; `/bind CODE` is typed."""
    if name in ("start", "bind") and rest:
        return (
            binding.redeem(talk, rest)
            if name == "bind" or chats.read_code(rest)
            else menu(talk, texts.WELCOME)
        )
    if name == "start":
        return _begun(talk)
    return (
        _pressed(talk, name) if name in MENU_NAMES or name == "menu" else _meant(talk, name.replace("_", " "))
    )


def _numbered(talk: Talk, state: State, number: int) -> Answer:
    """A number in place of a tap on the last buttons."""
    offered = state.get("offered", [])
    if not 1 <= number <= len(offered):
        return menu(talk, texts.NO_SUCH_NUMBER)
    value, label = offered[number - 1]
    if value is None:
        return answer(talk, talk.say(texts.TAP_THE_LINK, label=label))
    return _pressed(talk, value)


def _code(talk: Talk, state: State, text: str) -> str | None:
    """A binding code: behind the word for it, or alone where one is waited for or nothing is bound."""
    awaited = state.get("awaits") == binding.CODE
    behind = rules.code_within(text)
    if behind is not None and (
        chats.read_code(behind) is not None or (awaited and rules.is_typed_code(behind))
    ):
        return behind
    alone = chats.read_code(text)
    return alone if alone and (awaited or not talk.bound) else None


def _meant(talk: Talk, text: str) -> Answer:
    meant = phrases.meant(talk.deps, text)
    talk.counts_as.append("understood" if len(meant) == 1 else "offered" if meant else "missed")
    if len(meant) == 1:
        topic = TOPICS.get(meant[0])
        return topic(talk, "") if topic else ABOUT["language"](talk, meant[0].partition(":")[2])
    if not meant:
        return menu(talk, texts.NOT_UNDERSTOOD)
    return answer(talk, talk.say(texts.WHICH), [talk.tap(texts.LABELS[one], one) for one in meant])


def _refused(talk: Talk, error: ServiceError) -> Answer:
    if error.reason == "auth.required":
        return binding.first(talk)
    if error.reason in NEEDS_PAGE:
        text, page = NEEDS_PAGE[error.reason]
        return answer(talk, talk.say(text), [talk.open(texts.TO_PAGE, page)])
    return answer(talk, talk.say(error.text), kept=talk.incoming.sort is not Sort.LOCATION)


def _in_a_group(deps: Deps, incoming: Incoming) -> tuple[Outgoing, ...]:
    """Whoever speaks to us where others read is told to do so alone, and a binding code that stood there works no more;
    everything else there is none of our business."""
    asked = rules.command(incoming.text) if incoming.sort is Sort.TEXT else None
    if asked is None:
        return ()
    said = [texts.IN_A_GROUP.say(incoming.language or "zh")]
    try:
        if asked[1] and chats.void_code(deps, channel=incoming.channel, code=asked[1]):
            said.append(texts.CODE_VOID.say(incoming.language or "zh"))
    except mongo.DriverError as error:
        raise mongo.translate(error) from error
    return (Outgoing("\n".join(said)),)


def _current(state: State, now: datetime) -> State:
    """What of the last state still counts."""
    if not state:
        return {}
    at = datetime.fromisoformat(state["at"])
    current = dict(state) if rules.fresh(at, now) else {"language": state.get("language")}
    if state.get("minute") != _minute(now):
        current["count"] = 0
    return current


def _after(state: State, given: Answer, now: datetime) -> State:
    buttons = [one for said in given.outgoing for row in said.buttons for one in row]
    # An answer that may not be kept tells of a place by the names of its shops too.
    shown = [[one.value, one.label if given.kept else str(place)] for place, one in enumerate(buttons, 1)]
    return {
        "at": now.isoformat(),
        "minute": _minute(now),
        "count": state.get("count", 0),
        "language": given.language or state.get("language"),
        "awaits": given.awaits,
        "offered": shown or state.get("offered", []),
    }


def _minute(now: datetime) -> str:
    return now.strftime("%H:%M")


def _read(kept: dict[str, Any]) -> Outgoing:
    rows = tuple(tuple(Button(**one) for one in row) for row in kept["buttons"])
    return Outgoing(kept["text"], rows, kept["asks_location"])


@contextmanager
def _spoken(language: Language) -> Iterator[None]:
    """Use cases that put words down do so in the language of who speaks."""
    token = SPEAKING.set(language)
    try:
        yield
    finally:
        SPEAKING.reset(token)
