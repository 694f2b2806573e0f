"""The bot as a real process against a Bot API server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bot_api import TOKEN, BotApi
from tests.support.processes import Process


@pytest.fixture
def env(mongodb_uri: str, database_name: str, tmp_path: Path) -> dict[str, str]:
    return {
        "APP_ENV": "test",
        "MONGODB_URI": mongodb_uri,
        "MONGODB_DATABASE": database_name,
        "DATA_DIR": str(tmp_path),
        "BOT_TOKEN": TOKEN,
    }


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as served:
        yield served


def test_without_a_token_it_says_so_and_ends_well(env: dict[str, str]) -> None:
    del env["BOT_TOKEN"]
    with Process("bot", env=env) as bot:
        assert bot.wait() == 0
        assert bot.wait_for_event("bot.not_started")["waits_for"] == "BOT_TOKEN"


def test_it_connects_answers_and_ends_on_request(env: dict[str, str], api: BotApi) -> None:
    with Process("bot", env=env | {"BOT_API_URL": api.url}) as bot:
        assert bot.wait_for_event("bot.started")["waits_for"] == "messages"
        api.say("/start")
        api.say("/human", language="en")
        texts = [message["text"] for message in api.wait_for(2)]
        assert "不会显示任何信用记录" in texts[0]
        assert "hotline 12345" in texts[1]
        assert "setMyCommands" in api.calls
        assert bot.end() == 0


def test_it_keeps_silent_in_groups(env: dict[str, str], api: BotApi) -> None:
    with Process("bot", env=env | {"BOT_API_URL": api.url}):
        api.say("大家好", chat="group")
        api.say("/start")
        assert [message["chat_id"] for message in api.wait_for(1)] == ["7"]


def test_it_waits_for_a_server_that_is_away(env: dict[str, str], api: BotApi) -> None:
    api.failing = True
    with Process("bot", env=env | {"BOT_API_URL": api.url}) as bot:
        bot.wait_for_event("bot.server_away")
        api.failing = False
        bot.wait_for_event("bot.started")
        assert bot.end() == 0


@pytest.mark.parametrize("token", ["nonsense", "42:OTHER"])
def test_a_wrong_token_is_one_clear_line(env: dict[str, str], api: BotApi, token: str) -> None:
    with Process("bot", env=env | {"BOT_API_URL": api.url, "BOT_TOKEN": token}) as bot:
        assert bot.wait() == 2
    assert [line for line in bot.lines if line.startswith("BOT_TOKEN: ")]


def test_no_token_is_ever_in_the_log(env: dict[str, str], api: BotApi) -> None:
    api.failing = True
    with Process("bot", env=env | {"BOT_API_URL": api.url}) as bot:
        bot.wait_for_event("bot.server_away")
    assert TOKEN not in "\n".join(bot.lines)
