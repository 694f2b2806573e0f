"""`make chat` as a process: the page, the bot that it brings or that is there, and what it says when there can be no chat."""

import base64
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.common.deps import Deps
from tests.support import world
from tests.support.bot_api import TOKEN
from tests.support.processes import Process
from tests.support.telegram import free_port
from tests.support.waiting import until

MODULE = "tests.support.bot_api"


@pytest.fixture
def env(deps: Deps) -> dict[str, str]:
    """The database and keys of `deps`, emptied."""
    assert deps.settings.mongodb_uri is not None
    return {
        "APP_ENV": "test",
        "MONGODB_URI": deps.settings.mongodb_uri,
        "MONGODB_DATABASE": deps.settings.mongodb_database,
        "DATA_DIR": str(deps.settings.data_dir),
        "FIELD_MASTER_KEY": base64.b64encode(world.MASTER_KEY).decode(),
    }


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def address(chat: Process) -> str:
    def found() -> list[str]:
        return re.findall(r"http://127\.0\.0\.1:\d+", "\n".join(chat.lines))

    until(lambda: bool(found()), chat)
    return found()[0]


def say(page: str, text: str, person: int = 7001) -> None:
    asked = {"person": person, "act": "say", "text": text}
    assert httpx.post(f"{page}/do", json=asked).json() == {"done": True}


def heard(page: str, person: int = 7001) -> list[str]:
    told: Any = httpx.get(f"{page}/events", params={"person": person, "after": 0, "wait": 0}).json()
    return [one["message"]["text"] for one in told["entries"] if one["by"] == "bot"]


def test_it_brings_a_bot_and_goes_on_the_next_time(env: dict[str, str], deps: Deps) -> None:
    """One that leads to where the service beside it answers, and into no chat of the real Telegram."""
    deps.settings.site_note.parent.mkdir()
    deps.settings.site_note.write_text("http://127.0.0.1:8299")
    with Process(MODULE, "--port", "0", env=env) as chat:
        page = address(chat)
        say(page, "/start")
        say(page, "/human", person=7002)
        until(lambda: bool(heard(page) and heard(page, 7002)), chat)
        assert "不会显示任何信用记录" in heard(page)[0]
        assert "hotline 12345" in heard(page, 7002)[0]
        assert chat.end() == 0
        assert [line for line in chat.lines if '"bot.ended"' in line]
    with Process(MODULE, "--port", "0", env=env) as again:
        page = address(again)
        say(page, "/bind")
        until(lambda: len(heard(page)) == 2, again)
    told = (Path(env["DATA_DIR"]) / "chat" / "transcript.jsonl").read_text()
    assert told.count("\n") == 6
    assert '"http://127.0.0.1:8299/chats"' in told
    assert deps.db["chat_channels"].count_documents({}) == 0
    assert TOKEN not in "\n".join(chat.lines)


def test_a_running_services_own_bot_is_the_one(env: dict[str, str]) -> None:
    env |= {"BOT_TOKEN": "77:OWN", "BOT_API_URL": f"http://127.0.0.1:{free_port()}"}
    with Process("bot", env=env) as bot, Process(MODULE, env=env) as chat:
        page = address(chat)
        bot.wait_for_event("bot.started")
        say(page, "/start")
        until(lambda: bool(heard(page)), chat, bot)
        assert not [line for line in chat.lines if line.startswith("{")]


def test_it_says_why_there_can_be_no_chat(env: dict[str, str], taken: int) -> None:
    unserved = {name: value for name, value in env.items() if name != "MONGODB_URI"}
    for given, words in (
        ({**unserved}, "the service does not run; start `make run`"),
        ({**env, "BOT_TOKEN": "77:OWN"}, "BOT_TOKEN is set for another Bot API server"),
        ({**env, "BOT_MODE": "carrier pigeon"}, "BOT_MODE: must be one of"),
        ({**env}, f"port {taken} cannot be used"),
        ({**env, "FIELD_MASTER_KEY": "short"}, "the bot ended with 1"),
    ):
        port = str(taken) if words.startswith("port") else "0"
        with Process(MODULE, "--port", port, env=given) as chat:
            assert chat.wait() == 2
        assert words in "\n".join(chat.lines)
