"""A resident talks to the account: the real dialogue behind the real address, and WeChat's side by wechatpy."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.chats import service as chats
from backend.common.coordinates import LngLat, converted
from backend.common.deps import Deps
from backend.deliveries import service as deliveries
from backend.dialogues import service as dialogues
from backend.gateways.carrying import Handover, Verdict
from backend.recipients import service as recipients
from backend.wechat import service, texts
from backend.wechat.store import COLLECTION
from schemas.terms import Crs, Way
from tests.backend.deliveries.test_service import Silent, owe, take
from tests.backend.places.conftest import SQUARE, put
from tests.backend.wechat.conftest import OPENID, Server, event_xml
from tests.backend.wechat.resident import Resident
from tests.support.followers import WORKER, bound
from tests.support.people import signed_in
from tests.support.web import Standing, loud
from tests.support.world import Clock

__all__ = ["put"]


@pytest.fixture
def resident(account: Deps, clock: Clock, standing: Standing) -> Iterator[Resident]:
    with loud(standing.app(account)) as app:
        yield Resident(Server(app.test_client(), clock))


def test_everything_in_one_or_two_taps(resident: Resident) -> None:
    assert "信用上海" in resident.does("subscribe")
    assert "12345" in resident.taps("人工（12345）")
    resident.writes("菜单")
    menu = resident.shown
    number = re.findall(r"(\d+)\. <a [^>]*msgmenuid=human\"", menu)
    assert "12345" in resident.writes(number[0])
    assert "12345" in resident.does("CLICK", "human")


def test_a_qr_code_with_a_binding_code_binds_and_nothing_personal_is_said(
    resident: Resident, account: Deps
) -> None:
    actor = signed_in(account)
    code = chats.make_code(account, actor, channel=Way.WECHAT)
    assert "绑定" in resident.does("subscribe", f"qrscene_{code.code}")
    assert [one.channel for one in chats.mine(account, actor)] == [Way.WECHAT]
    assert recipients.address_of(account, recipients.reachable(account, [actor.id])[actor.id][0]) == OPENID
    used = resident.does("SCAN", code.code)
    assert "绑定成功" not in used, "a code is used once"


def test_whoever_stops_following_is_not_reached_until_they_are_back(
    resident: Resident, account: Deps
) -> None:
    actor = signed_in(account)
    recipients.bind(account, account_id=actor.id, way=Way.WECHAT, address=OPENID)
    assert resident.does("unsubscribe") == ""
    assert recipients.reachable(account, [actor.id]) == {}
    resident.does("subscribe")
    assert [one.way for one in recipients.reachable(account, [actor.id])[actor.id]] == [Way.WECHAT]


def test_shops_are_found_from_a_position_on_tencents_map_and_the_answer_is_not_kept(
    resident: Resident, account: Deps, put: object
) -> None:
    put(name="申邻便利（人民广场店）")  # type: ignore[operator]  # the fixture of places
    here = converted(LngLat(*SQUARE), Crs.WGS84, Crs.GCJ02)
    told = resident.is_at(*here)
    assert "申邻便利（人民广场店）" in told
    assert "10 米" in told, "with the shift unheeded it would be some 500"
    assert "1. 1." not in told
    assert [one["sealed_reply"] for one in account.db[COLLECTION].find()] == [None]


ANY_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80).filter(
    lambda words: not set(words) & {"\ufffe", "\uffff"} and "]]>" not in words
)


@settings(settings.get_profile("over fixtures"), max_examples=60)
@given(ANY_WORDS, st.sampled_from(["say", "tap", "menu", "scan", "follow", "leave"]))
def test_nothing_that_a_person_does_goes_wrong(
    resident: Resident, clock: Clock, words: str, doing: str
) -> None:
    clock.advance(minutes=1)
    keyed = {"menu": "CLICK", "scan": "SCAN", "follow": "subscribe", "leave": "unsubscribe"}
    if doing in keyed:
        told = resident.does(keyed[doing], words)
    elif doing == "tap":
        told = resident.writes("点", bizmsgmenuid=escape(words[:40]))
    else:
        told = resident.writes(words)
    assert bool(told) is (doing != "leave")
    assert texts.FAILED not in told


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "link", "file"])
def test_what_has_no_words_is_answered_kindly(resident: Resident, kind: str) -> None:
    told = resident.sends(kind)
    assert "请用文字说明" in told
    assert "msgmenuid=report" in told


def test_a_hundred_kilobytes_and_rare_characters_get_an_answer(resident: Resident) -> None:
    for words in ("x" * 100_000, "𠮷野家😀\u202e", "]]&gt;<a href='x'>", "1" * 5_000):
        assert resident.writes(words.replace("<", "&lt;") if "]]" in words else words)


def test_whoever_is_not_bound_sees_nothing_of_anybody(resident: Resident) -> None:
    for words in ("报告", "异议", "停用链接"):
        assert "绑定" in resident.writes(words)


@pytest.mark.parametrize(
    ("status", "state", "reached"),
    [
        ("success", "delivered", True),
        ("failed:user block", "failed", False),
        ("failed: system failed", "failed", True),
    ],
)
@pytest.mark.parametrize("marked", ["before", "after"])
def test_what_wechat_tells_of_a_template_message_is_noted(
    resident: Resident, account: Deps, status: str, state: str, reached: bool, marked: str
) -> None:
    """Also when it comes before the worker has marked the message as sent."""
    set_up = replace(account, carriers={Way.WECHAT: Silent()})
    actor = bound(set_up, "anna")
    recipients.bind(set_up, account_id=actor.id, way=Way.WECHAT, address=OPENID)
    owe(set_up, actor.id)
    deliveries.plan(set_up, WORKER)
    parcel, taken = take(set_up, Way.WECHAT)[0], Handover(Verdict.TAKEN, receipt="200163836")
    if marked == "before":
        deliveries.settle(set_up, parcel, taken)
    report = f"<MsgID>200163836</MsgID><Status><![CDATA[{status}]]></Status>"
    for _ in range(2):
        answer = resident.server.post_sealed(event_xml("TEMPLATESENDJOBFINISH", "", report))
        assert answer.text == "success"
    if marked == "after":
        deliveries.settle(set_up, parcel, taken)
    assert [one["state"] for one in account.db["deliveries"].find()] == [state]
    assert (actor.id in recipients.reachable(account, [actor.id])) is reached


@pytest.mark.parametrize("number", ["", "abc", "9" * 33, "1 2", "$ne"])
def test_a_report_on_what_is_no_message_leaves_nothing(
    resident: Resident, account: Deps, number: str
) -> None:
    report = f"<MsgID>{number}</MsgID><Status><![CDATA[success]]></Status>"
    answer = resident.server.post_sealed(event_xml("TEMPLATESENDJOBFINISH", "", report))
    assert answer.text == "success"
    assert account.db["delivery_verdicts"].count_documents({}) == 0


def test_every_command_of_the_dialogue_is_in_the_menu_once_and_is_understood(resident: Resident) -> None:
    entries = service.menu()["button"]
    below = [one for entry in entries for one in entry["sub_button"]]
    assert sorted(one["key"] for one in below) == sorted(one.value for one in dialogues.commands())
    assert len(entries) <= 3
    assert all(1 <= len(entry["sub_button"]) <= 5 for entry in entries)
    assert all(len(entry["name"].encode()) <= 16 for entry in entries)
    assert all(len(one["name"].encode()) <= 60 for one in below)
    for one in below:
        assert "已失效" not in resident.does("CLICK", one["key"])
