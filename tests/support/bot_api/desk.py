"""The page for people: what it shows, and what a person does on it."""

import json
from collections.abc import Callable, Mapping
from email.message import Message
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from tests.support.bot_api.chats import User
from tests.support.bot_api.methods.receiving import LOOPBACK
from tests.support.bot_api.methods.telling import menu
from tests.support.bot_api.people import Person
from tests.support.bot_api.refusals import Refused, bad, forbidden, not_found
from tests.support.bot_api.world import BOT_USER

if TYPE_CHECKING:
    from tests.support.bot_api.server import BotApi

Reply = tuple[int, str, bytes]
Asked = Mapping[str, Any]
PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/chat.js": ("chat.js", "text/javascript; charset=utf-8"),
    "/chat.css": ("chat.css", "text/css; charset=utf-8"),
    "/favicon.ico": ("icon.svg", "image/svg+xml"),
}
NAME = str(BOT_USER["first_name"])
PEOPLE = {7001: ("市民小王", "zh-hans"), 7002: ("Alex", "en")}
FRIEND = User(7099, "小李")
LONGEST_WAIT_S = 25


def answer(api: "BotApi", command: str, place: SplitResult, headers: Message, body: bytes) -> Reply:
    """Only to a browser that was sent here by this address: another site's page may neither read nor act."""
    if urlsplit(f"//{headers.get('Host', '')}").hostname not in LOOPBACK:
        raise forbidden("open this page by its address on this machine")
    if command == "GET" and place.path in FILES:
        name, kind = FILES[place.path]
        return 200, kind, (PAGE / name).read_bytes().replace(b"{bot}", escape(NAME).encode())
    if command == "GET" and place.path == "/events":
        asked = {name: int(found[0]) for name, found in parse_qs(place.query).items()}
        return _json(_events(api, _person(api, asked["person"]), asked["after"], wait=bool(asked["wait"])))
    if command == "POST" and place.path == "/do":
        if headers.get("Content-Type") != "application/json":
            raise Refused(415, "Unsupported Media Type")
        return _json(_do(api, json.loads(body)))
    raise not_found()


def _json(told: Any) -> Reply:
    return 200, "application/json", json.dumps(told).encode()


def _person(api: "BotApi", number: int) -> Person:
    if number not in PEOPLE:
        raise not_found()
    name, language = PEOPLE[number]
    return api.person(number, name, language=language)


def _events(api: "BotApi", person: Person, after: int, *, wait: bool) -> dict[str, Any]:
    """What happened in the person's chat after entry `after`, and how the chat stands now; `wait` for something new."""
    world, chat = api.world, person.chat
    with world.changed:
        commands = menu(world, chat.id, person.user.language)
        world.changed.wait_for(
            lambda: (
                world.transcript.of(chat.id, after)
                or menu(world, chat.id, person.user.language) != commands
                or not wait
                or world.ended.is_set()
            ),
            LONGEST_WAIT_S,
        )
        return {
            "entries": world.transcript.of(chat.id, after),
            "last": len(world.transcript.entries),
            "keyboard": chat.keyboard,
            "standing": chat.bot,
            "commands": menu(world, chat.id, person.user.language),
            "bot": BOT_USER,
        }


def _do(api: "BotApi", asked: Mapping[str, Any]) -> dict[str, Any]:
    person = _person(api, asked.get("person", 0))
    act = ACTS.get(asked.get("act", ""))
    if act is None:
        raise bad("unknown act")
    with api.world.changed:
        act(person, asked)
    return {"done": True}


def _message(person: Person, asked: Asked) -> dict[str, Any]:
    found = person.find(int(asked["message_id"]))
    if found is None:
        raise bad("message not found")
    return found


def _edit(person: Person, asked: Asked) -> None:
    message = _message(person, asked)
    if message["from"]["id"] != person.user.id:
        raise bad("message can't be edited")
    person.edit(message, asked["text"])


ACTS: dict[str, Callable[[Person, Asked], object]] = {
    "say": lambda person, asked: person.say(str(asked["text"])),
    "tap": lambda person, asked: person.tap(asked["data"], message=_message(person, asked)),
    "edit": _edit,
    "location": lambda person, asked: person.share_location(float(asked["lng"]), float(asked["lat"])),
    "contact": lambda person, _: person.share_contact("+8613800000000"),
    "sticker": lambda person, _: person.send_sticker(),
    "voice": lambda person, _: person.send_voice(),
    "forward": lambda person, _: person.forward("转发的消息 a forwarded message", origin=FRIEND),
    "block": lambda person, _: person.block(),
    "unblock": lambda person, _: person.unblock(),
}
