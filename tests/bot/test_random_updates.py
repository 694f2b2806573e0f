"""Whatever comes as an update: the adapter handles it or leaves it out, nothing of ours breaks, and nothing of it is logged."""

import asyncio
import json
import warnings
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.common.deps import Deps
from backend.dialogues import texts
from bot import app, receiving
from bot.receiving import Outcome
from tests.support.bot_api import TOKEN, BotApi

WANG, NOBODY, GROUP = 7, 8, -100_7
NUMBERS = count(1)


def user(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "市民", "language_code": "zh-hans"}


def message(**content: Any) -> dict[str, Any]:
    chat = {"id": WANG, "type": "private", "first_name": "市民"}
    return {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": user(WANG), **content}


FILE = {"file_id": "f", "file_unique_id": "u"}
CONTENTS: tuple[dict[str, Any], ...] = (
    {"text": "报告"},
    {"text": "/start ab12cd34", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]},
    {"text": "绑定 ab12cd34"},
    {"text": "x" * 4096},
    {"location": {"longitude": 121.47, "latitude": 31.23, "live_period": 60}},
    {
        "location": {"longitude": 121.47, "latitude": 31.23},
        "venue": {
            "location": {"longitude": 121.47, "latitude": 31.23},
            "title": "人民广场",
            "address": "黄浦区",
        },
    },
    {"contact": {"phone_number": "+8613900001111", "first_name": "王"}},
    {"sticker": FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
    {"voice": FILE | {"duration": 1}},
    {"photo": [FILE | {"width": 1, "height": 1}], "caption": "报告"},
    {"document": FILE, "caption": "\u202e\ufeff"},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"new_chat_members": [user(9)]},
    {"pinned_message": {"message_id": 3, "date": 0, "chat": {"id": WANG, "type": "private"}}},
    {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "小李"}, "text": "看"},
    {},
)
MEMBER = {"user": {"id": 42, "is_bot": True, "first_name": "信"}, "status": "member"}
KICKED = MEMBER | {"status": "kicked", "until_date": 0}
IN_GROUP = {"id": GROUP, "type": "supergroup", "title": "邻里"}
UPDATES: tuple[dict[str, Any], ...] = (
    *({"message": message(**one)} for one in CONTENTS),
    {"message": message(text="/report") | {"chat": IN_GROUP}},
    {"message": message(text="你好") | {"from": None}},
    {"edited_message": message(text="改了", edit_date=1_700_000_001)},
    {"channel_post": message(text="公告") | {"chat": {"id": -5, "type": "channel", "title": "台"}}},
    *(
        {"callback_query": {"id": "1", "from": user(WANG), "chat_instance": "c", "data": data} | more}
        for data in ("report", "claim:x", "switch:on:push", "🧧", "")
        for more in ({"message": message(text="菜单")}, {"inline_message_id": "i"}, {})
    ),
    {"callback_query": {"id": "2", "from": user(NOBODY), "chat_instance": "c", "data": "help"}},
    {
        "my_chat_member": {
            "chat": message()["chat"],
            "from": user(WANG),
            "date": 1,
            "old_chat_member": MEMBER,
            "new_chat_member": KICKED,
        }
    },
    {
        "my_chat_member": {
            "chat": message()["chat"],
            "from": user(WANG),
            "date": 1,
            "old_chat_member": KICKED,
            "new_chat_member": MEMBER,
        }
    },
    {"a_kind_of_next_year": {"id": 1}},
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False),
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", "𠮷😀", "/", "/start", "1", "报告", "private", "group", "channel", "en", "a" * 5_000]
    ),
    st.just([]),
    st.just({}),
    st.just([{}]),
)


def places(told: Any) -> Iterator[tuple[Any, Any]]:
    """Every key of every object and list in it, with what holds it."""
    inside = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in list(inside):
        yield told, key
        yield from places(value)


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """One as Telegram sends it, with up to three things in it replaced by something else or left out."""
    made: dict[str, Any] = deepcopy(draw(st.sampled_from(UPDATES)))
    for _ in range(draw(st.integers(0, 3))):
        found = list(places(made))
        if not found:
            break
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(ODD)
    return made


@settings(settings.get_profile("over fixtures"), max_examples=40)
@given(st.lists(updates(), min_size=1, max_size=8))
def test_no_update_breaks_the_bot(deps: Deps, api: BotApi, sent: list[dict[str, Any]]) -> None:
    """What is an update is handled to its end (none is left out for a fault of ours), and nobody reads an apology."""
    person = api.person(WANG)
    person.say("hi")
    outcomes = asyncio.run(_handled(deps, api, sent))
    assert set(outcomes) <= {Outcome.DONE}, outcomes
    assert not [said for said in person.texts if texts.SORRY.zh in said or texts.SORRY.en in said]


async def _handled(deps: Deps, api: BotApi, sent: list[dict[str, Any]]) -> list[Outcome]:
    """By the real adapter; as JSON, as it comes."""
    dispatcher = app.build_dispatcher(deps)
    async with app.build_bot(TOKEN, api.url) as bot:
        found = []
        for one in sent:
            told = json.loads(json.dumps(one | {"update_id": next(NUMBERS)}))
            update = receiving.read(told, bot)
            if update is not None:
                found.append((await receiving.handle(bot, dispatcher, update)).outcome)
        return found


@pytest.mark.parametrize("told", UPDATES, ids=lambda one: next(iter(one)))
def test_every_kind_is_read_or_left_out_as_it_is(deps: Deps, api: BotApi, told: dict[str, Any]) -> None:
    api.person(WANG).say("hi")
    assert asyncio.run(_handled(deps, api, [told])) in ([Outcome.DONE], [])


def test_a_kind_that_is_not_known_yet_is_left_out_without_a_word_of_it(
    deps: Deps, api: BotApi, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """aiogram warns of it with the whole update, which is somebody's words."""
    told = {"message_of_next_year": {"text": "我叫欧阳䶮", "from": user(70000001)}}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert asyncio.run(_handled(deps, api, [told])) == []
    said = "".join((*capfd.readouterr(), caplog.text, *map(str, warned)))
    assert "bot.unknown_update" in said
    assert not [word for word in ("欧阳", "70000001") if word in said]
