"""The page of `make chat`: what it shows and does, for whom, and what is kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.bot_api import TOKEN, BotApi

WANG, ALEX = 7001, 7002


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "transcript.jsonl"


@pytest.fixture
def api(kept: Path) -> Iterator[BotApi]:
    with BotApi(strangers=False, keep=kept) as served:
        yield served


def do(api: BotApi, act: str, person: int = WANG, **more: Any) -> httpx.Response:
    return httpx.post(f"{api.url}/do", json={"person": person, "act": act, **more})


def events(api: BotApi, person: int = WANG, after: int = 0, wait: int = 0) -> Any:
    return httpx.get(f"{api.url}/events", params={"person": person, "after": after, "wait": wait}).json()


def told(api: BotApi, method: str, **values: Any) -> Any:
    return httpx.post(f"{api.url}/bot{TOKEN}/{method}", json=values).json()


def test_it_asks_nothing_of_anybody_else(api: BotApi) -> None:
    page = httpx.get(api.url)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    for path in ("/", "/chat.js", "/chat.css"):
        text = httpx.get(api.url + path).text
        assert "//" not in text.replace('target: "_blank"', "").replace("https?:\\/\\/", "")
    assert httpx.get(f"{api.url}/favicon.ico").headers["Content-Type"] == "image/svg+xml"


def test_a_person_speaks_taps_and_blocks(api: BotApi) -> None:
    assert events(api)["standing"] == "left"
    assert told(api, "sendMessage", chat_id=WANG, text="x")["description"] == "Bad Request: chat not found"
    assert do(api, "say", text="/start").json() == {"done": True}
    keys = {"inline_keyboard": [[{"text": "确认", "callback_data": "yes"}]]}
    sent = told(api, "sendMessage", chat_id=WANG, text="您好", reply_markup=keys)["result"]
    do(api, "tap", message_id=sent["message_id"], data="yes")
    do(api, "edit", message_id=1001, text="changed")
    for act in ("location", "contact", "sticker", "voice", "forward", "block", "unblock"):
        assert do(api, act, lng=121.47, lat=31.23).status_code == 200
    found = events(api)
    assert [entry["event"] for entry in found["entries"]][:4] == ["message", "message", "tap", "edited"]
    assert found["standing"] == "member"
    kinds = [next(name for name in one if name != "update_id") for one in told(api, "getUpdates")["result"]]
    assert kinds == ["message", "callback_query", "edited_message", *["message"] * 5, *["my_chat_member"] * 2]
    assert events(api, ALEX)["entries"] == []


def test_the_menu_and_the_keyboard_are_the_persons(api: BotApi) -> None:
    do(api, "say", text="/start")
    told(api, "setMyCommands", commands=[{"command": "help", "description": "帮助"}])
    told(api, "setMyCommands", commands=[{"command": "help", "description": "Help"}], language_code="en")
    told(api, "sendMessage", chat_id=WANG, text="x", reply_markup={"keyboard": [["附近"]]})
    assert [events(api, who)["commands"][0]["description"] for who in (WANG, ALEX)] == ["帮助", "Help"]
    assert [events(api, who)["keyboard"] for who in (WANG, ALEX)] == [{"keyboard": [["附近"]]}, None]
    told(api, "sendMessage", chat_id=WANG, text="x", reply_markup={"remove_keyboard": True})
    assert events(api)["keyboard"] is None


def test_the_bots_name_is_there_before_anything_was_asked(api: BotApi) -> None:
    page = httpx.get(api.url).text
    assert f'<h1 id="name">{events(api)["bot"]["first_name"]}</h1>' in page
    assert "{bot}" not in page


def test_the_page_can_tell_a_new_keyboard_from_the_one_that_is_still_there(api: BotApi) -> None:
    """Only a message that changes the keyboard brings one for one time back after its use."""
    keys = {"keyboard": [["附近"]], "one_time_keyboard": True}
    do(api, "say", text="/start")
    for markup in (keys, None, {"inline_keyboard": [[{"text": "1", "callback_data": "1"}]]}, keys):
        told(api, "sendMessage", chat_id=WANG, text="x", **({"reply_markup": markup} if markup else {}))
    said = [one for one in events(api)["entries"] if one["by"] == "bot"]
    assert [one["keyboard"] for one in said] == [keys] * 4
    assert [bool(one.get("changes_keyboard")) for one in said] == [True, False, False, True]


def test_what_cannot_be_done_is_said(api: BotApi) -> None:
    do(api, "say", text="/start")
    bot_said = told(api, "sendMessage", chat_id=WANG, text="x")["result"]["message_id"]
    cases = [
        do(api, "dance"),
        do(api, "say", person=1),
        do(api, "tap", message_id=99, data="x"),
        do(api, "edit", message_id=bot_said, text="mine"),
        httpx.post(f"{api.url}/do", content=json.dumps({"person": WANG, "act": "block"})),
        httpx.get(api.url, headers={"Host": "elsewhere.example"}),
        httpx.get(f"{api.url}/file/bot{TOKEN}/file-9/x"),
    ]
    assert [answer.status_code for answer in cases] == [400, 404, 400, 400, 415, 403, 404]


def test_the_next_server_goes_on_where_the_last_one_ended(api: BotApi, kept: Path) -> None:
    do(api, "say", text="/start")
    keys = {"inline_keyboard": [[{"text": "确认", "callback_data": "yes"}]]}
    sent = told(api, "sendMessage", chat_id=WANG, text="您好", reply_markup=keys)["result"]["message_id"]
    do(api, "block", person=ALEX)
    do(api, "say", text="又来")
    with BotApi(strangers=False, keep=kept) as later:
        assert events(later)["entries"] == events(api)["entries"]
        assert do(later, "tap", message_id=sent, data="yes").status_code == 200
        assert told(later, "editMessageText", chat_id=WANG, message_id=sent, text="好")["ok"]
        assert told(later, "sendMessage", chat_id=WANG, text="x")["result"]["message_id"] == sent + 2
        assert told(later, "sendMessage", chat_id=ALEX, text="x")["error_code"] == 403
    assert len(kept.read_text().splitlines()) == 7
