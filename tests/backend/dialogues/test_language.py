"""A chat goes on in the language that its person chose there, or that their client is set to, whatever is bound to it."""

from dataclasses import replace

import pytest

from backend.accounts import service as accounts
from backend.chats import service as chats
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.deliveries import service as deliveries
from backend.dialogues.model import Sort
from backend.recipients import service as recipients
from schemas.terms import Way
from tests.backend.deliveries.test_service import Silent, owe, take
from tests.backend.dialogues.conftest import say
from tests.backend.objections.town import Town
from tests.support.conversations import CorePort, Doing
from tests.support.followers import WORKER

CHANNELS = (Way.TELEGRAM, Way.WECHAT)


def begin(port: CorePort, payload: str = "") -> str:
    return "\n".join(one.text for one in port.send(Doing(Sort.BEGUN, payload)))


def code(town: Town, way: Way) -> str:
    return chats.make_code(town.deps, town.resident, channel=way).code


def language_of(deps: Deps, actor: Actor) -> str:
    return accounts.profile(deps, actor).language


def days_later(deps: Deps) -> None:
    """The database has cleared what was said."""
    deps.db["chat_dialogues"].delete_many({})


@pytest.mark.parametrize("way", CHANNELS)
def test_a_choice_made_before_binding_stays_and_becomes_the_accounts(town: Town, way: Way) -> None:
    port = CorePort(town.deps, way)
    begin(port)
    assert "I will speak English" in say(port, "english")
    assert "Bound." in begin(port, code(town, way))
    assert language_of(town.deps, town.resident) == "en"
    days_later(town.deps)
    assert "You have made no objection" in say(port, "异议")


@pytest.mark.parametrize("way", CHANNELS)
def test_a_choice_in_an_unbound_chat_lasts_as_long_as_it_is_reached(town: Town, way: Way) -> None:
    port = CorePort(town.deps, way)
    begin(port)
    say(port, "english")
    days_later(town.deps)
    assert "To speak to a person" in say(port, "人工")
    begin(port)
    days_later(town.deps)
    assert "To speak to a person" in say(port, "人工"), "following anew changes nothing"
    say(port, "中文")
    days_later(town.deps)
    assert "请拨打" in say(port, "人工")


def test_a_chat_that_wants_no_news_remembers_for_a_day_only(town: Town) -> None:
    port = CorePort(town.deps)
    begin(port)
    port.send(Doing(Sort.BUTTON, "notices:unfollow"))
    say(port, "english")
    assert "To speak to a person" in say(port, "人工")
    days_later(town.deps)
    assert "请拨打" in say(port, "人工"), "nothing is left by which it could be known"


def test_an_english_client_is_still_spoken_to_in_english_and_the_account_is_left_as_it_is(
    town: Town,
) -> None:
    port = CorePort(town.deps, language="en")
    assert "Hello" in begin(port)
    assert "Bound." in begin(port, code(town, port.way))
    days_later(town.deps)
    assert "To speak to a person" in say(port, "人工")
    assert language_of(town.deps, town.resident) == "zh"


@pytest.mark.parametrize("told", ["zh", None])
def test_a_client_that_says_nothing_else_leaves_the_accounts_english(town: Town, told: str | None) -> None:
    accounts.set_language(town.deps, town.resident, language="en")
    port = CorePort(town.deps, language=told)
    begin(port, code(town, port.way))
    assert "To speak to a person" in say(port, "人工")
    accounts.set_language(town.deps, town.resident, language="zh")
    assert "请拨打" in say(port, "人工"), "it follows the account"


def test_the_chats_choice_goes_before_the_accounts(town: Town) -> None:
    port = CorePort(town.deps)
    begin(port, code(town, port.way))
    say(port, "english")
    assert language_of(town.deps, town.resident) == "en"
    accounts.set_language(town.deps, town.resident, language="zh")
    days_later(town.deps)
    assert "To speak to a person" in say(port, "人工")
    say(port, "中文")
    assert "请拨打" in say(port, "人工")


def test_notices_come_in_the_language_of_the_chat(town: Town) -> None:
    deps = replace(town.deps, carriers={way: Silent() for way in CHANNELS})
    for way, client in zip(CHANNELS, ("en", "zh"), strict=True):
        begin(CorePort(deps, way, language=client), code(town, way))
    owe(deps, town.resident.id)
    deliveries.plan(deps, WORKER)
    titles = {way: [one.message.title for one in take(deps, way)] for way in CHANNELS}
    assert all(title.isascii() for title in titles[Way.TELEGRAM])
    assert not any(title.isascii() for title in titles[Way.WECHAT])
    assert all(titles.values())


def test_unbinding_in_the_app_takes_the_language_with_the_chat(town: Town) -> None:
    port = CorePort(town.deps)
    begin(port)
    say(port, "english")
    begin(port, code(town, port.way))
    chats.unbind_all(town.deps, town.resident)
    assert recipients.spoken(town.deps, way=port.way, address=port.user) is None
