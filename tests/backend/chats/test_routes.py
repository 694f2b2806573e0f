"""Chats over HTTP: who may, what is told, what is refused."""

import pytest
from flask.testing import FlaskClient

from backend.chats import service
from backend.common.actor import Actor
from backend.common.deps import Deps
from schemas.terms import Way
from tests.backend.chats.conftest import TELEGRAM, bind, redeem
from tests.support.people import signed_in
from tests.support.web import ClientAs

CHATS = "/api/v1/me/chat-bindings"


def test_without_a_token_nobody_binds_reads_or_ends(web: FlaskClient) -> None:
    for answer in (web.get(CHATS), web.post(CHATS, json={"channel": "telegram"}), web.delete(CHATS)):
        assert answer.status_code == 401


def test_a_resident_gets_a_code_binds_lists_and_ends(deps: Deps, web_as: ClientAs, resident: Actor) -> None:
    web = web_as(resident)
    made = web.post(CHATS, json={"channel": "telegram"})
    assert made.status_code == 201
    told = made.get_json()
    assert told["deep_link"] is None
    assert told["code"] in told["instruction"]
    redeem(deps, told["code"])
    (chat,) = web.get(CHATS).get_json()["items"]
    assert (chat["channel"], chat["channel_label"]) == ("telegram", "Telegram")
    assert set(chat) == {"id", "channel", "channel_label", "bound_at", "last_used_at"}
    assert web.delete(f"{CHATS}/{chat['id']}").status_code == 204
    assert web.delete(f"{CHATS}/{chat['id']}").get_json()["reason"] == "chats.not_found"
    assert web.get(CHATS).get_json() == {"items": []}


def test_all_chats_or_those_of_a_channel_are_ended_at_once(
    deps: Deps, web_as: ClientAs, resident: Actor
) -> None:
    web = web_as(resident)
    bind(deps, resident)
    bind(deps, resident, "o-1", Way.WECHAT)
    assert web.delete(CHATS, query_string={"channel": "wechat"}).status_code == 204
    assert [one.channel for one in service.mine(deps, resident)] == [TELEGRAM]
    code = service.make_code(deps, resident, channel=TELEGRAM).code
    assert web.delete(CHATS).status_code == 204
    assert service.mine(deps, resident) == ()
    assert deps.db["chat_codes"].count_documents({}) == 0
    assert code


@pytest.mark.parametrize("body", [{}, {"channel": "sms"}, {"channel": None}, {"channel": "telegram", "x": 1}])
def test_a_channel_that_is_none_is_refused(web_as: ClientAs, resident: Actor, body: object) -> None:
    assert web_as(resident).post(CHATS, json=body).status_code == 422


def test_a_strangers_chat_is_not_found(deps: Deps, web_as: ClientAs, resident: Actor) -> None:
    bound = bind(deps, resident)
    other = web_as(signed_in(deps, "13900002222"))
    assert other.delete(f"{CHATS}/{bound.id}").status_code == 404
    assert other.get(CHATS).get_json() == {"items": []}
