"""Ways to people, and what they want to hear by them."""

from typing import Any

import pytest

from backend.common.deps import Deps
from backend.identity import service as identity
from backend.recipients import service
from schemas.notices import FORMS, NoticeKind
from schemas.terms import NewsCategory, Role, Way
from tests.support.followers import account, bound
from tests.support.people import signed_in
from tests.support.refusals import at_once, refused
from tests.support.web import ClientAs

LEGAL = next(kind.value for kind, form in FORMS.items() if form.legal)


def ways_of(deps: Deps, account_id: str) -> dict[Way, str | None]:
    found = service.reachable(deps, [account_id]).get(account_id, [])
    return {one.way: service.address_of(deps, one) for one in found}


def test_an_address_is_one_persons_and_a_person_has_one_of_a_way(deps: Deps) -> None:
    for who, where in (("anna", "111"), ("anna", "222"), ("bert", "222")):
        service.bind(deps, account_id=who, way=Way.TELEGRAM, address=where)
    assert ways_of(deps, "anna") == {}
    assert ways_of(deps, "bert") == {Way.TELEGRAM: "222"}


def test_of_many_who_bind_one_address_at_once_one_has_it(deps: Deps) -> None:
    names = iter(["anna", "bert", "cleo", "dora"])
    at_once(lambda: service.bind(deps, account_id=next(names), way=Way.TELEGRAM, address="111"), 4)
    having = [name for name in ("anna", "bert", "cleo", "dora") if ways_of(deps, name)]
    assert len(having) == 1


def test_no_address_can_be_read_in_the_database(deps: Deps) -> None:
    service.bind(deps, account_id="anna", way=Way.WECHAT, address="openid-of-anna")
    service.bind_chat(deps, way=Way.TELEGRAM, address="5550123456")
    stored = repr(list(deps.db["recipients"].find()))
    assert "openid-of-anna" not in stored
    assert "5550123456" not in stored


def test_unbinding_and_closing_the_account_erase(deps: Deps) -> None:
    actor = signed_in(deps)
    for way in (Way.TELEGRAM, Way.WECHAT):
        service.bind(deps, account_id=actor.id, way=way, address="111")
    service.switch(deps, actor, ways={Way.WECHAT: False}, kinds={})
    assert service.unbind(deps, account_id=actor.id, way=Way.TELEGRAM)
    assert not service.unbind(deps, account_id=actor.id, way=Way.TELEGRAM)
    assert set(ways_of(deps, actor.id)) == {Way.WECHAT}
    identity.close_account(deps, actor)
    assert deps.db["recipients"].count_documents({}) == 0
    assert deps.db["notice_preferences"].count_documents({}) == 0


def test_who_is_gone_is_not_reached_until_they_are_back(deps: Deps) -> None:
    service.bind(deps, account_id="anna", way=Way.TELEGRAM, address="111")
    one = service.reachable(deps, ["anna"])["anna"][0]
    assert service.mark_gone(deps, one, reason="blocked")
    assert not service.mark_gone(deps, one, reason="blocked")
    assert ways_of(deps, "anna") == {}
    assert service.end_gone(deps, way=Way.TELEGRAM, address="111")
    assert ways_of(deps, "anna") == {Way.TELEGRAM: "111"}
    assert not service.end_gone(deps, way=Way.TELEGRAM, address="222")


def test_a_new_address_is_not_blamed_for_the_old_one(deps: Deps) -> None:
    service.bind(deps, account_id="anna", way=Way.TELEGRAM, address="111")
    old = service.reachable(deps, ["anna"])["anna"][0]
    service.bind(deps, account_id="anna", way=Way.TELEGRAM, address="222")
    assert not service.mark_gone(deps, old, reason="blocked")


def test_a_chat_without_an_account_follows_and_leaves(deps: Deps) -> None:
    chat = service.bind_chat(deps, way=Way.TELEGRAM, address="111", language="en")
    assert (chat.account_id, chat.role, chat.language) == (None, Role.ANONYMOUS, "en")
    service.bind(deps, account_id="anna", way=Way.TELEGRAM, address="111")
    assert service.bind_chat(deps, way=Way.TELEGRAM, address="111").account_id == "anna"
    assert service.leave(deps, way=Way.TELEGRAM, address="111")
    assert deps.db["recipients"].count_documents({}) == 0
    assert not service.leave(deps, way=Way.TELEGRAM, address="111")


def test_of_who_left_only_the_wish_is_kept(deps: Deps) -> None:
    service.bind_chat(deps, way=Way.TELEGRAM, address="111")
    assert service.leave(deps, way=Way.TELEGRAM, address="111")
    (left,) = deps.db["recipients"].find()
    assert left["address_sealed"] is None
    assert service.has_left(deps, way=Way.TELEGRAM, address="111")
    assert not service.end_gone(deps, way=Way.TELEGRAM, address="111")
    assert not service.mark_address_gone(deps, way=Way.TELEGRAM, address="111", reason="blocked")
    assert service.has_left(deps, way=Way.TELEGRAM, address="111")
    service.bind_chat(deps, way=Way.TELEGRAM, address="111")
    assert not service.has_left(deps, way=Way.TELEGRAM, address="111")
    assert deps.db["recipients"].count_documents({}) == 1


def test_everything_is_on_at_first_but_text_messages(deps: Deps) -> None:
    anna = bound(deps, "anna", Way.TELEGRAM)
    shown = service.preferences(deps, anna)
    assert {one.way: (one.bound, one.on) for one in shown.ways} == {
        Way.APP_PUSH: (False, False),
        Way.SMS: (False, False),
        Way.TELEGRAM: (True, True),
        Way.WECHAT: (False, False),
    }
    assert shown.inbox
    assert {kind.kind for kind in shown.kinds} == {*map(str, NoticeKind), "push"}
    assert all(all(kind.ways.values()) for kind in shown.kinds)
    assert shown.follows == tuple(NewsCategory)


def test_kinds_are_switched_by_way_and_the_rest_stays(deps: Deps) -> None:
    anna = bound(deps, "anna", Way.TELEGRAM, Way.WECHAT)
    service.switch(deps, anna, ways={}, kinds={"push": {Way.TELEGRAM: False}}, follows=[NewsCategory.POLICY])
    shown = service.switch(
        deps, anna, ways={Way.WECHAT: False}, kinds={"order_due_soon": {Way.TELEGRAM: False}}
    )
    kinds = {kind.kind: kind.ways for kind in shown.kinds}
    assert (kinds["push"]["telegram"], kinds["push"]["wechat"]) == (False, False)
    assert not kinds["order_due_soon"]["telegram"]
    assert kinds["order_overdue"]["telegram"]
    assert kinds[LEGAL]["wechat"]
    assert shown.follows == (NewsCategory.POLICY,)
    again = service.switch(deps, anna, ways={Way.WECHAT: True}, kinds={"push": {Way.TELEGRAM: True}})
    assert {kind.kind: kind.ways for kind in again.kinds}["push"] == dict.fromkeys(map(str, Way), True)


def test_what_tells_of_rights_cannot_be_switched_off(deps: Deps) -> None:
    anna = bound(deps, "anna", Way.TELEGRAM)
    told = refused(
        "recipients.legal_kind", service.switch, deps, anna, ways={}, kinds={LEGAL: {Way.TELEGRAM: False}}
    )
    assert told.data == {"kinds": [LEGAL]}


def test_text_messages_come_only_to_who_asked_for_them(deps: Deps) -> None:
    anna = account(deps, "anna", phone="+8613800138000")
    assert ways_of(deps, "anna") == {}
    assert service.switch(deps, anna, ways={Way.SMS: True}, kinds={}).ways[1].on
    assert ways_of(deps, "anna") == {Way.SMS: None}
    service.switch(deps, anna, ways={Way.SMS: False}, kinds={})
    assert ways_of(deps, "anna") == {}


def test_a_way_that_is_not_there_cannot_be_switched_on(deps: Deps) -> None:
    anna = account(deps, "anna")
    refused("recipients.not_bound", service.switch, deps, anna, ways={Way.TELEGRAM: True}, kinds={})


def test_over_http(deps: Deps, web_as: ClientAs) -> None:
    web = web_as(account(deps, "anna"))
    path = "/api/v1/me/notice-preferences"
    answer: Any = web.put("/api/v1/me/device", json={"token": "token-of-a-phone"})
    assert (answer.status_code, answer.json["channel"]) == (200, "app_push")
    answer = web.put(
        path,
        json={"channels": {"app_push": False}, "kinds": [{"kind": "push", "channels": {"wechat": False}}]},
    )
    assert answer.status_code == 200
    assert web.get(path).json == answer.json
    assert [one["on"] for one in answer.json["channels"]] == [False] * 4
    assert web.put(path, json={"kinds": [{"kind": LEGAL, "channels": {"sms": False}}]}).status_code == 422
    for wrong in (
        {"channels": {"pigeon": True}},
        {"kinds": [{"kind": "x", "channels": {}}]},
        {"channels": {"sms": "yes"}},
    ):
        assert web.put(path, json=wrong).status_code == 422
    assert web.delete("/api/v1/me/device").status_code == 204
    assert web.delete("/api/v1/me/device").json["reason"] == "recipients.not_bound"
    assert web.put("/api/v1/me/device", json={"token": "with space"}).status_code == 422


@pytest.mark.parametrize("way", [Way.TELEGRAM, Way.WECHAT])
def test_the_same_number_of_two_channels_is_two_people(deps: Deps, way: Way) -> None:
    service.bind(deps, account_id="anna", way=way, address="111")
    service.bind(deps, account_id="bert", way=Way.APP_PUSH, address="111")
    assert ways_of(deps, "anna") == {way: "111"}


def test_a_number_that_was_refused_is_tried_again_once_its_holder_asks(deps: Deps) -> None:
    anna = bound(deps, "anna", Way.SMS)
    (known,) = service.by_id(deps, ["anna:sms"]).values()
    assert service.mark_gone(deps, known, reason="number_refused")
    service.switch(deps, anna, ways={Way.TELEGRAM: False}, kinds={})
    assert ways_of(deps, "anna") == {}
    service.switch(deps, anna, ways={Way.SMS: True}, kinds={})
    assert set(ways_of(deps, "anna")) == {Way.SMS}
    service.switch(deps, anna, ways={Way.SMS: False}, kinds={})
    assert service.by_id(deps, ["anna:sms"]) == {}
    lines = [one["action"] for one in deps.db["audit_log"].find(sort=[("seq", 1)])]
    assert sorted(lines) == ["recipients.allow_texts", "recipients.refuse_texts"]
