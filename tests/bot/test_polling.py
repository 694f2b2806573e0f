"""What Telegram brings is confirmed when it was answered: in order, once, and whatever it is."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from backend.common import mongo
from backend.common.deps import Deps
from backend.dialogues import service as dialogues
from backend.dialogues.model import Incoming, Outgoing
from backend.recipients import service as recipients
from bot import app, outgoing, polling, receiving
from schemas.terms import Way
from tests.support import telegram
from tests.support.bot_api import TOKEN, BotApi, keyboards
from tests.support.people import signed_in
from tests.support.telegram import TelegramPort


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    monkeypatch.setattr(polling, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(outgoing, "FIRST_PAUSE_S", 0.02)


def test_two_quick_messages_of_twenty_people_are_answered_in_order(deps: Deps, api: BotApi) -> None:
    people = [api.person(number) for number in range(1, 21)]
    for person in people:
        person.say("资讯")
        person.say("2")
    with telegram.polling(deps, api):
        api.wait_until_told()
    assert [[text.partition("\n")[0] for text in person.texts] for person in people] == [
        ["想看哪一类资讯？", "这一类还没有资讯。"]
    ] * 20


def test_what_was_answered_and_not_confirmed_is_said_again_and_not_done_again(
    deps: Deps, api: BotApi
) -> None:
    """A process that died between the two leaves the next one to say the same."""
    person = api.person()
    person.say("资讯")
    (update,) = api.world.updates.pending
    with telegram.polling(deps, api):
        api.wait_until_told()
    api.world.updates.repeat(update["update_id"], update)
    with telegram.polling(deps, api):
        api.wait_until_told()
    assert len(person.texts) == 2
    assert person.texts[0] == person.texts[1]
    assert [one["understood"] for one in deps.db["chat_figures"].find()] == [1]


def test_what_no_client_understands_is_left_out_and_the_next_is_answered(deps: Deps, api: BotApi) -> None:
    raw = api.world.updates.put_raw
    odd_ones: tuple[dict[str, Any], ...] = (
        {"message": {"message_id": "x"}},
        {"message": None},
        {"callback_query": {"id": "1", "from": {"id": "?"}}},
        {"a_kind_of_next_year": {"id": 1}},
        {"my_chat_member": {}},
        {"message": []},
    )
    for odd in odd_ones:
        raw(odd)
    with telegram.polling(deps, api):
        person = api.person()
        person.say("人工")
        person.wait_for(1)
        api.wait_until_told()
    assert "12345" in person.texts[0]


def test_while_the_database_is_away_nothing_is_confirmed_and_nothing_is_lost(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    handle, away = dialogues.handle, [3]

    def sometimes(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        if away[0]:
            away[0] -= 1
            assert api.world.updates.pending
            raise mongo.busy()
        return handle(given, sent)

    monkeypatch.setattr("bot.app.dialogues.handle", sometimes)
    with telegram.polling(deps, api):
        person = api.person()
        person.say("人工")
        person.wait_for(1)
        api.wait_until_told()
    assert away == [0]
    assert len(person.texts) == 1


def test_a_chat_that_takes_long_holds_up_no_other(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, go_on = dialogues.handle, threading.Event()

    def slow(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        if sent.user == "1":
            assert go_on.wait(60)
        return handle(given, sent)

    monkeypatch.setattr("bot.app.dialogues.handle", slow)
    with telegram.polling(deps, api):
        first, second = api.person(1), api.person(2)
        first.say("人工")
        second.say("人工")
        second.wait_for(1)
        assert first.texts == []
        assert len(api.world.updates.pending) == 2
        go_on.set()
        first.wait_for(1)
        api.wait_until_told()


def test_what_telegram_refuses_or_holds_off_is_borne(deps: Deps, api: BotApi, quick: None) -> None:
    recipients.bind(deps, account_id=signed_in(deps).id, way=Way.TELEGRAM, address="8")
    with telegram.polling(deps, api):
        held, blocked = api.person(7), api.person(8)
        api.close_for(1)
        held.say("人工")
        held.wait_for(1)
        api.blocked.add("8")
        blocked.say("人工")
        api.unknown.add("9")
        api.person(9).say("人工")
        api.wait_until_told()
    assert api.refusals[429] >= 1
    assert api.refusals[403] == 1
    (way,) = deps.db["recipients"].find({"account_id": {"$ne": None}})
    assert way["gone_reason"] == "blocked"


def test_a_server_that_fails_for_a_while_is_waited_out(deps: Deps, api: BotApi, quick: None) -> None:
    api.failing = True
    with telegram.polling(deps, api):
        person = api.person()
        person.say("人工")
        until(lambda: api.refusals[500] >= 3)
        api.failing = False
        person.wait_for(1)
        api.wait_until_told()


def test_a_tap_that_is_too_old_is_still_answered(deps: Deps, api: BotApi) -> None:
    api.world.callback_life_s = -1
    with telegram.polling(deps, api):
        port = TelegramPort(api)
        port.person.say("菜单")
        port.person.wait_for(1)
        port.person.tap("帮助", inaccessible=True)
        port.person.wait_for(2)
        api.wait_until_told()
    assert "拼音也可以" in port.person.texts[1]


def test_blocking_and_coming_back_are_known(deps: Deps, api: BotApi) -> None:
    account = signed_in(deps).id
    recipients.bind(deps, account_id=account, way=Way.TELEGRAM, address="7")
    with telegram.polling(deps, api):
        person = api.person()
        person.say("人工")
        person.wait_for(1)
        person.block()
        api.wait_until_told()
        assert recipients.reachable(deps, [account]) == {}
        person.unblock()
        api.wait_until_told()
        assert len(recipients.reachable(deps, [account])) == 1
    assert len(person.texts) == 1


def test_links_that_telegram_takes_for_no_address_are_written_out(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = keyboards._inline

    def strict(button: dict[str, Any]) -> None:
        if "127.0.0.1" in button.get("url", ""):
            raise keyboards._wrong_address(button["url"])
        check(button)

    monkeypatch.setattr(keyboards, "_inline", strict)
    with telegram.polling(deps, api):
        person = api.person()
        person.say("免押")
        person.wait_for(1)
        api.wait_until_told()
    assert person.texts[0].endswith("打开网页: http://127.0.0.1:8000/deposit-free")


def test_a_fault_of_the_adapter_ends_nothing_and_says_nothing_of_it(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> tuple[Outgoing, ...]:
        raise RuntimeError("欧阳䶮")

    with monkeypatch.context() as patch, telegram.polling(deps, api):
        patch.setattr("bot.app.dialogues.handle", broken)
        person = api.person()
        person.say("人工")
        api.wait_until_told()
    with telegram.polling(deps, api):
        person.say("帮助")
        person.wait_for(1)
        api.wait_until_told()


def test_the_menu_of_commands_is_put_up_in_both_languages(deps: Deps, api: BotApi) -> None:
    async def introduce() -> None:
        async with app.build_bot(TOKEN, api.url) as bot:
            await app.introduce(bot, deps)
            for language, word in ((None, "报告"), ("en", "Report")):
                commands = await bot.get_my_commands(language_code=language)
                assert [one.command for one in commands] == [one.name for one in dialogues.commands()]
                assert commands[0].description == word

    asyncio.run(introduce())
    assert deps.db["chat_channels"].find_one() == {"_id": "telegram", "name": "credit_shanghai_bot"}


def test_reading_never_raises() -> None:
    async def read() -> None:
        async with app.build_bot(TOKEN, None) as bot:
            odd_ones: tuple[Any, ...] = (
                None,
                1,
                "x",
                [],
                {},
                {"update_id": "y"},
                {"update_id": 1, "message": {}},
            )
            for odd in odd_ones:
                assert receiving.read(odd, bot) is None

    asyncio.run(read())


def until(seen: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if seen():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came about")


def test_what_is_sent_behind_a_tap_is_answered_behind_it(deps: Deps, api: BotApi) -> None:
    """Taking the waiting sign off the button takes its time; the place in the order is taken before."""
    with telegram.polling(deps, api):
        people = [TelegramPort(api, number) for number in range(1, 9)]
        for one in people:
            one.person.say("菜单")
            one.person.wait_for(1)
        api.latency_s = 0.05
        for one in people:
            one.person.tap("资讯")
            one.person.say("人工")
            one.person.tap("帮助")
            one.person.say("语言")
        for one in people:
            one.person.wait_for(5)
        api.wait_until_told()
    for one in people:
        assert [_topic(text) for text in one.person.texts[1:]] == ["news", "person", "help", "language"]


def _topic(text: str) -> str:
    signs = {
        "news": "想看哪一类资讯",
        "person": "12345 市民服务热线",
        "help": "拼音也可以",
        "language": "请选择语言",
    }
    return next((topic for topic, sign in signs.items() if sign in text), text)


def test_one_chat_that_cannot_be_answered_holds_up_nobody_however_many_write(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram shows a hundred updates from the earliest unconfirmed one on."""
    monkeypatch.setattr(polling, "ASIDE_AFTER_S", 0.2)
    handle, go_on = dialogues.handle, threading.Event()

    def slow(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        if sent.user == "1":
            assert go_on.wait(60)
        return handle(given, sent)

    monkeypatch.setattr("bot.app.dialogues.handle", slow)
    with telegram.polling(deps, api):
        first, others = api.person(1), [api.person(number) for number in range(2, 152)]
        first.say("人工")
        for one in others:
            one.say("人工")
        for one in others:
            one.wait_for(1)
        assert first.texts == []
        until(lambda: api.world.updates.pending == [])
        # On a slow machine one of the others may have lain there too, until it was answered.
        until(lambda: deps.db["chat_aside"].count_documents({}) == 1)
        assert first.texts == []
        go_on.set()
        first.wait_for(1)
        until(lambda: deps.db["chat_aside"].count_documents({}) == 0)


def test_what_lies_aside_is_answered_by_the_next_process_and_lies_there_sealed(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(polling, "ASIDE_AFTER_S", 0.1)
    api.failing_for.add("7")
    person = api.person(7)
    with telegram.polling(deps, api):
        person.say("人工 欧阳䶮")
        until(lambda: deps.db["chat_aside"].count_documents({}) == 1)
        until(lambda: api.world.updates.pending == [])
    assert person.texts == []
    assert "欧阳䶮" not in str(deps.db["chat_aside"].find_one())
    api.failing_for.clear()
    with telegram.polling(deps, api):
        person.wait_for(1)
        until(lambda: deps.db["chat_aside"].count_documents({}) == 0)
    assert len(person.texts) == 1


def test_where_somebody_is_lies_nowhere_while_it_waits(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(polling, "ASIDE_AFTER_S", 0.1)
    api.failing_for.add("7")
    with telegram.polling(deps, api):
        api.person(7).share_location(121.47, 31.23)
        until(lambda: api.refusals[500] >= 2)
        until(lambda: api.world.updates.pending == [])
        assert deps.db["chat_aside"].count_documents({}) == 0
        api.failing_for.clear()
        api.person(7).wait_for(1)


def test_trouble_that_outlasts_every_pause_loses_nothing(
    deps: Deps, api: BotApi, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    """Five tries were the end of it before."""
    monkeypatch.setattr(polling, "LONGEST_WAIT_S", 0.05)
    handle, away = dialogues.handle, [12]

    def sometimes(given: Deps, sent: Incoming) -> tuple[Outgoing, ...]:
        if away[0]:
            away[0] -= 1
            raise mongo.busy()
        return handle(given, sent)

    monkeypatch.setattr("bot.app.dialogues.handle", sometimes)
    with telegram.polling(deps, api):
        person = api.person()
        person.say("资讯")
        person.say("人工")
        person.wait_for(2)
    assert ["12345" in text for text in person.texts] == [False, True]


def test_a_process_that_is_told_to_end_leaves_what_it_could_not_answer(
    deps: Deps, api: BotApi, quick: None
) -> None:
    api.failing_for.add("7")
    person = api.person(7)
    with telegram.polling(deps, api):
        person.say("人工")
        until(lambda: api.refusals[500] >= 2)
    api.failing_for.clear()
    with telegram.polling(deps, api):
        person.wait_for(1)
        api.wait_until_told()
    assert len(person.texts) == 1
