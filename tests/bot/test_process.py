"""The bot as a real process against a Bot API server on loopback."""

import base64

import pytest

from backend.chats import service as chats
from backend.common.deps import Deps
from schemas.terms import Way
from tests.support import world
from tests.support.bot_api import TOKEN, BotApi
from tests.support.people import signed_in
from tests.support.processes import Process
from tests.support.telegram import free_port


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
        "BOT_TOKEN": TOKEN,
    }


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
    with Process("bot", env=env | {"BOT_API_URL": api.url}) as bot:
        bot.wait_for_event("bot.started")
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


def test_killed_in_the_middle_of_a_dialogue_it_goes_on_after_the_restart(
    deps: Deps, env: dict[str, str], api: BotApi
) -> None:
    """It waits for a code; killed without a warning, the next process knows what it waits for, and what came meanwhile."""
    env |= {"BOT_API_URL": api.url}
    person = api.person(7)
    code = chats.make_code(deps, signed_in(deps), channel=Way.TELEGRAM).code
    # Codes of this test's clock, which stands still, have ended by the clock of the process.
    deps.db["chat_codes"].update_one({}, [{"$set": {"expires_at": {"$add": ["$$NOW", 600_000]}}}])
    with Process("bot", env=env) as bot:
        bot.wait_for_event("bot.started")
        person.say("资讯")
        person.wait_for(1)
        person.say("绑定")
        assert "请发送绑定码" in person.wait_for(2)[1]["text"]
        bot.popen.kill()
    person.say(code)
    with Process("bot", env=env) as bot:
        assert "绑定成功" in person.wait_until(lambda me: "绑定成功" in "".join(me.texts)).texts[-1]
        api.wait_until_told()
        assert bot.end() == 0
    assert deps.db["chat_bindings"].count_documents({}) == 1
    assert len(person.texts) <= 4


def test_by_webhook_it_tells_telegram_where_and_answers(env: dict[str, str], api: BotApi) -> None:
    port = free_port()
    more = {"BOT_API_URL": api.url, "BOT_MODE": "webhook", "BOT_PORT": str(port)}
    with Process("bot", env=env | more | {"PUBLIC_URL": f"http://127.0.0.1:{port}"}) as bot:
        assert bot.wait_for_event("bot.started")["mode"] == "webhook"
        api.say("人工")
        assert "12345" in api.wait_for(1)[0]["text"]
        api.wait_until_told()
        assert bot.end() == 0


def test_nothing_that_was_said_and_nobody_is_in_the_log(env: dict[str, str], api: BotApi) -> None:
    person = api.person(70000001, first_name="欧阳䶮")
    with Process("bot", env=env | {"BOT_API_URL": api.url}) as bot:
        person.say("我叫欧阳䶮，身份证310101199001011234")
        person.wait_for(1)
        person.share_location(121.47371, 31.23041)
        person.wait_for(2)
        person.share_contact("13900001111")
        person.wait_for(3)
        assert bot.end() == 0
    said = "\n".join(bot.lines)
    assert not [word for word in ("欧阳", "310101", "70000001", "121.47", "13900001111") if word in said]
